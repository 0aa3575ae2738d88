package dev.sensei.databases.copy;

import java.util.List;

/**
 * What the reading says of each row: bits that rules of the plan set. They are read before the
 * row's columns, and not written.
 *
 * @param sql the masks, each an expression of type {@code bigint} that is never NULL
 * @param setAside for each mask its bits for which a row is set aside; the others are counted
 * @param mostSetAside how many rows of a chunk may be set aside; one more ends the copy
 */
public record RowMasks(List<String> sql, List<Long> setAside, int mostSetAside) {
  /** Nothing is said of rows. */
  public static final RowMasks NONE = new RowMasks(List.of(), List.of(), 0);

  public RowMasks {
    sql = List.copyOf(sql);
    setAside = List.copyOf(setAside);
    if (sql.size() != setAside.size() || mostSetAside < 0) {
      throw new IllegalArgumentException(
          "%d masks have bits for %d, at most %d rows"
              .formatted(sql.size(), setAside.size(), mostSetAside));
    }
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return sql.isEmpty();
  }

  int count() {
    return sql.size();
  }

  boolean setsAside(long[] masks) {
    for (int i = 0; i < masks.length; i++) {
      if ((masks[i] & setAside.get(i)) != 0) {
        return true;
      }
    }
    return false;
  }
}
