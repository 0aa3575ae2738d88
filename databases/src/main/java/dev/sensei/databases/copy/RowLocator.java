package dev.sensei.databases.copy;

import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where a row version stands in its table's file, which is what PostgreSQL calls {@code ctid}. It
 * is no value, and names the row for as long as a snapshot that shows it is held.
 *
 * @param block from 0
 * @param offset within the block, from 1
 */
public record RowLocator(long block, int offset) implements Comparable<RowLocator> {
  private static final Pattern FORM = Pattern.compile("\\(([0-9]{1,10}),([0-9]{1,5})\\)");
  private static final int MOST = 0xFFFF;

  public RowLocator {
    if (block < 0 || block > BlockRange.MAX_BLOCK || offset < 0 || offset > MOST) {
      throw new IllegalArgumentException("no place of a row: " + block + ", " + offset);
    }
  }

  /**
   * Reads the text that the server writes.
   *
   * @throws IllegalArgumentException where it is something else
   */
  public static RowLocator parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("expected a place such as (0,1), found " + text);
    }
    return new RowLocator(Long.parseLong(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  /** The condition that a row is one of these, in SQL. */
  public static String in(Collection<RowLocator> rows) {
    return rows.stream()
        .map(row -> '"' + row.toString() + '"')
        .collect(Collectors.joining(",", "ctid = ANY ('{", "}'::pg_catalog.tid[])"));
  }

  @Override
  public int compareTo(RowLocator other) {
    int byBlock = Long.compare(block, other.block);
    return byBlock == 0 ? Integer.compare(offset, other.offset) : byBlock;
  }

  /** The text that the server writes and reads, such as {@code (0,1)}. */
  @Override
  public String toString() {
    return "(" + block + "," + offset + ")";
  }
}
