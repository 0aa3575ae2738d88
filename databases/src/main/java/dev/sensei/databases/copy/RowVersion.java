package dev.sensei.databases.copy;

import java.util.Collection;
import java.util.stream.Collectors;

/**
 * A version of a row: where it stands, and who wrote it. A place alone is another row's once the
 * version is gone and its room was cleared. Whatever comes there later was written by a later
 * transaction; what the same transaction wrote was there before.
 *
 * <p>Rows carry the lower half of a transaction's number, also once they are frozen, so that after
 * four thousand million transactions another row could have both.
 *
 * @param locator where it stands
 * @param xmin the transaction that wrote it, by the 32 bits that rows carry
 */
public record RowVersion(RowLocator locator, long xmin) {
  private static final long MOST = 0xFFFF_FFFFL;

  /** What {@link #parse} reads of a row, in SQL. */
  public static final String SQL = "ctid::text, xmin::text";

  public RowVersion {
    if (xmin < 0 || xmin > MOST) {
      throw new IllegalArgumentException("no transaction of a row: " + xmin);
    }
  }

  /**
   * Reads the two texts that {@link #SQL} gives.
   *
   * @throws IllegalArgumentException where they are something else
   */
  public static RowVersion parse(String ctid, String xmin) {
    return new RowVersion(RowLocator.parse(ctid), Long.parseLong(xmin));
  }

  /** The condition that a row is one of these, in SQL: the places are looked at first. */
  public static String in(Collection<RowVersion> rows) {
    return rows.stream()
        .map(row -> "\"" + row.locator() + " " + row.xmin() + "\"")
        .collect(
            Collectors.joining(
                ",",
                RowLocator.in(rows.stream().map(RowVersion::locator).toList())
                    + " AND (ctid::text || ' ' || xmin::text) = ANY ('{",
                "}'::pg_catalog.text[])"));
  }
}
