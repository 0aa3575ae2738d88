package dev.sensei.platform;

import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The platform could not start or stop. The message says what was found and what to do. */
public abstract sealed class PlatformException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private PlatformException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** The data directory cannot be made, read or written. */
  public static final class DirectoryNotUsable extends PlatformException {
    private static final long serialVersionUID = 1L;

    DirectoryNotUsable(Path directory, Throwable cause) {
      super(
          "The data directory %s cannot be used (%s). Make it writable for this user, or choose another one."
              .formatted(directory, cause),
          cause);
    }
  }

  /** Another process, or this one, already runs on the data directory. */
  public static final class DirectoryInUse extends PlatformException {
    private static final long serialVersionUID = 1L;

    DirectoryInUse(Path directory, OptionalLong pid) {
      super(
          "The data directory %s is in use by process %s. Stop that process, or choose another directory."
              .formatted(directory, pid.isPresent() ? Long.toString(pid.getAsLong()) : "(unknown)"),
          null);
    }
  }

  /** A port that was asked for is taken by another process. */
  public static final class PortTaken extends PlatformException {
    private static final long serialVersionUID = 1L;

    PortTaken(String server, int port) {
      super(
          "Port %d on 127.0.0.1, asked for by %s, is taken. Free it, choose another one, or ask for none to get a free one."
              .formatted(port, server),
          null);
    }
  }

  /** The servers' programs are not there, or there are none for this operating system. */
  public static final class BinariesMissing extends PlatformException {
    private static final long serialVersionUID = 1L;

    BinariesMissing(String message) {
      super(message, null);
    }
  }

  /** A server did not come up; the message carries the last lines of its log. */
  public static final class StartFailed extends PlatformException {
    private static final long serialVersionUID = 1L;

    StartFailed(String message) {
      super(message, null);
    }

    StartFailed(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
