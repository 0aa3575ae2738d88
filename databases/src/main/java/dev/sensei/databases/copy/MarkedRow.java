package dev.sensei.databases.copy;

import java.util.List;

/**
 * A row that its masks set aside.
 *
 * @param locator where it stands in the source
 * @param masks what was said of it
 */
public record MarkedRow(RowLocator locator, List<Long> masks) {
  public MarkedRow {
    masks = List.copyOf(masks);
  }
}
