package dev.sensei.databases.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The marks of a table's rows, as masks: the bit n of the mask m says that the mark 63 m + n is
 * set. A row without marks costs the conditions alone. Where a row is set aside, its repairs do not
 * count.
 *
 * @param checks what is marked, in the order of the bits
 */
public record RowMarks(List<GuardedColumn.Check> checks) {
  /** Bits of a {@code bigint} that are used; the sign is left. */
  public static final int BITS = 63;

  public RowMarks {
    checks = List.copyOf(checks);
  }

  /** The marks of all columns. */
  public static RowMarks of(List<GuardedColumn> columns) {
    return new RowMarks(columns.stream().flatMap(column -> column.checks().stream()).toList());
  }

  /** Whether there is nothing to mark, so that no mask is read. */
  public boolean isEmpty() {
    return checks.isEmpty();
  }

  /** The SQL of each mask, a {@code bigint} that is never NULL; none where nothing is marked. */
  public List<String> masksSql() {
    List<String> masks = new ArrayList<>();
    for (int from = 0; from < checks.size(); from += BITS) {
      masks.add(mask(checks.subList(from, Math.min(from + BITS, checks.size()))));
    }
    return masks;
  }

  private static String mask(List<GuardedColumn.Check> checks) {
    List<String> bits = new ArrayList<>();
    for (int bit = 0; bit < checks.size(); bit++) {
      bits.add(
          "CASE WHEN %s THEN %d::bigint ELSE 0::bigint END"
              .formatted(checks.get(bit).condition(), 1L << bit));
    }
    return "CASE WHEN %s THEN %s ELSE 0::bigint END"
        .formatted(
            checks.stream()
                .map(check -> "(" + check.condition() + ")")
                .collect(Collectors.joining(" OR ")),
            String.join(" | ", bits));
  }

  /** The condition that a row is set aside, which is never NULL. */
  public String setAsideSql() {
    String any =
        checks.stream()
            .filter(check -> check.mark().effect() == Mark.Effect.SET_ASIDE)
            .map(check -> "(" + check.condition() + ")")
            .collect(Collectors.joining(" OR "));
    return any.isEmpty() ? "false" : "((" + any + ") IS TRUE)";
  }

  /** The condition that a mark is set, which is never NULL. */
  public static String isSet(GuardedColumn.Check check) {
    return "((" + check.condition() + ") IS TRUE)";
  }

  /**
   * The marks behind the masks of a row.
   *
   * @param masks as {@link #masksSql} gives them
   * @throws IllegalArgumentException where the masks are not those of these marks
   */
  public List<Mark> decode(long... masks) {
    if (masks.length != (checks.size() + BITS - 1) / BITS) {
      throw new IllegalArgumentException(
          "expected the masks of %d marks, found %d masks".formatted(checks.size(), masks.length));
    }
    List<Mark> found = new ArrayList<>();
    for (int mask = 0; mask < masks.length; mask++) {
      for (long rest = masks[mask]; rest != 0; rest &= rest - 1) {
        int at = mask * BITS + Long.numberOfTrailingZeros(rest);
        if (at >= checks.size()) {
          throw new IllegalArgumentException(
              "expected a mask of %d marks, found bit %d".formatted(checks.size(), at));
        }
        found.add(checks.get(at).mark());
      }
    }
    return found;
  }
}
