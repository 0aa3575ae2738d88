package dev.sensei.databases.catalog;

/**
 * How big a table is, nearly.
 *
 * @param rows estimate, from the statistics where there are any, else from the pages
 * @param totalBytes with indexes and out-of-line values
 * @param heapBytes the rows alone
 * @param pages of the heap
 */
public record TableSize(long rows, long totalBytes, long heapBytes, long pages) {
  public static final TableSize NONE = new TableSize(0, 0, 0, 0);
}
