package dev.sensei.databases.digest;

import java.util.List;

/**
 * What the search found.
 *
 * @param rows the rows that differ, at most as many as the settings allow
 * @param complete whether these are all; else there are more
 */
public record Differences(List<RowDifference> rows, boolean complete) {
  public Differences {
    rows = List.copyOf(rows);
  }
}
