package dev.sensei.databases.copy;

/** The source's stream is not COPY's binary format, or ends before its trailer. */
public final class MalformedCopyStream extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MalformedCopyStream(String problem) {
    super("the source's binary COPY stream is not well-formed: " + problem);
  }
}
