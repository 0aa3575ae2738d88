package dev.sensei.databases.copy;

import dev.sensei.databases.SqlIdentifier;
import java.util.ArrayList;
import java.util.List;

/**
 * Columns of a table that an index orders its rows by, none of them ever NULL. Whether two rows can
 * be alike in them does not matter: such rows lie in one range.
 *
 * @param operatorSchema the schema of the operators {@code >} and {@code <=} that the index orders
 *     by, for all columns the same. It is named, since another operator of that name may be found
 *     first, whose order is not the index's
 * @param columns in the index's order, at least one
 */
public record RangeKey(String operatorSchema, List<KeyColumn> columns) {
  public RangeKey {
    columns = List.copyOf(columns);
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("a key has at least one column");
    }
  }

  /** The columns as SQL expressions over a row. */
  List<String> expressions() {
    return columns.stream().map(KeyColumn::expression).toList();
  }

  /** The condition for rows that lie behind the point. */
  String behind(KeyPoint point) {
    return compared(">", point);
  }

  /** The condition for rows up to the point, which is among them. */
  String upTo(KeyPoint point) {
    return compared("<=", point);
  }

  /**
   * Makes sure that a point is one of this key.
   *
   * @throws IllegalArgumentException where it has more values or fewer
   */
  void check(KeyPoint point) {
    if (point.values().size() != columns.size()) {
      throw new IllegalArgumentException(
          "expected a point of "
              + columns.size()
              + " values, found one of "
              + point.values().size());
    }
  }

  private String compared(String operator, KeyPoint point) {
    check(point);
    List<String> literals = new ArrayList<>();
    for (int at = 0; at < columns.size(); at++) {
      literals.add(columns.get(at).literal(point.values().get(at)));
    }
    return row(expressions())
        + " OPERATOR("
        + SqlIdentifier.quote(operatorSchema)
        + "."
        + operator
        + ") "
        + row(literals);
  }

  private static String row(List<String> fields) {
    return fields.size() == 1 ? fields.getFirst() : "ROW(" + String.join(", ", fields) + ")";
  }
}
