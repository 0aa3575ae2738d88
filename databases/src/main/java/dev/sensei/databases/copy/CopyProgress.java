package dev.sensei.databases.copy;

/** Told how far a chunk is, about once for each batch, on the thread that copies. */
@FunctionalInterface
public interface CopyProgress {
  /** Tells nobody. */
  CopyProgress SILENT = (rows, bytes) -> {};

  /**
   * So many rows are sent.
   *
   * @param rows of this chunk so far
   * @param bytes of these rows in COPY's binary form
   */
  void sent(long rows, long bytes);
}
