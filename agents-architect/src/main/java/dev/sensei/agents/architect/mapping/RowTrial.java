package dev.sensei.agents.architect.mapping;

import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.agents.plan.ColumnReading;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorClass;
import dev.sensei.databases.rules.TypeCast;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tries casts and expressions on the first rows of a table, as they will be read. */
final class RowTrial {
  /** How many rows of a table are tried. */
  static final int SAMPLE_ROWS = 1_000;

  private final ReadOnlySession session;
  private final CastFaults faults;
  private final Duration limit;
  private final List<String> risks = new ArrayList<>();

  /**
   * Tries on a source.
   *
   * @param faults whether rows whose values cannot be cast are dealt with
   * @param limit how long the session lets a try take
   */
  RowTrial(ReadOnlySession session, CastFaults faults, Duration limit) {
    this.session = session;
    this.faults = faults;
    this.limit = limit;
  }

  /** What was found that a person should know before approving. */
  List<String> risks() {
    return risks;
  }

  /** Tries columns of a table together, and one by one where that fails. */
  void sample(MappedTable table, List<ColumnMapping> columns, Map<String, MappedColumn> byTarget)
      throws MappingRefused {
    List<ColumnMapping> whole = columns;
    try {
      session.text(doing(table), counting(table, columns));
    } catch (DatabaseException failed) {
      if (failed.sqlState().equals("57014")) {
        risks.add(
            "%s: declared columns could not be tried on %,d rows within %d s"
                .formatted(table.target(), SAMPLE_ROWS, limit.toSeconds()));
        return;
      }
      if (!isOfTheDeclared(failed)) {
        throw failed;
      }
      whole = new ArrayList<>();
      for (ColumnMapping column : columns) {
        if (works(
            table, column, Optional.ofNullable(byTarget.get(column.target())).orElseThrow())) {
          whole.add(column);
        }
      }
      if (whole.size() == columns.size()) {
        throw failed;
      }
    }
    for (ColumnMapping column : whole) {
      tooLong(table, column, Optional.ofNullable(byTarget.get(column.target())).orElseThrow());
    }
  }

  /** Whether a column works on all rows; false where it does not and its rows are dealt with. */
  private boolean works(MappedTable table, ColumnMapping mapping, MappedColumn column)
      throws MappingRefused {
    try {
      session.text(doing(table), counting(table, List.of(mapping)));
      return true;
    } catch (DatabaseException failed) {
      if (!isOfTheDeclared(failed)) {
        throw failed;
      }
      boolean own =
          column.expression().isPresent() && !column.literal() && !isComputed(table, mapping);
      TypeCast cast = TypeCast.of(mapping.sourceType(), mapping.targetType());
      if (failed.errorClass() == ErrorClass.DATA
          && !own
          && !column.literal()
          && faults.areDealtWith(table.source(), column.sourceName(), cast)) {
        return false;
      }
      throw new MappingRefused(
          own ? "EXPRESSION_FAILS" : "CAST_FAILS",
          table.named(column),
          "expected %s of column %s to work on the rows of %s, found that it fails on some of the first %,d (SQLSTATE %s); %s"
              .formatted(
                  own ? "the expression" : "the cast to " + mapping.targetType(),
                  table.named(column),
                  table.source().name(),
                  SAMPLE_ROWS,
                  failed.sqlState(),
                  own
                      ? "mend it for such rows"
                      : column.literal()
                          ? "give a constant of that type"
                          : "mend the rows, give an expression that converts them, or say in the"
                              + " spec what becomes of such rows, by recovery.outOfRange or"
                              + " errors.maxRows"));
    }
  }

  /** Whether what is declared, or the rows, are the reason; not the server or the connection. */
  private static boolean isOfTheDeclared(DatabaseException failed) {
    return failed.errorClass() == ErrorClass.DATA
        || failed.errorClass() == ErrorClass.SCHEMA
        || failed.sqlState().startsWith("54");
  }

  /** Whether an expression gives a value for each row, before anything is cast. */
  private boolean isComputed(MappedTable table, ColumnMapping column) {
    ColumnMapping uncast =
        new ColumnMapping(
            column.source(),
            column.target(),
            column.sourceType(),
            column.sourceType(),
            column.confidence(),
            column.note(),
            List.of(),
            column.expression());
    try {
      session.text(doing(table), counting(table, List.of(uncast)));
      return true;
    } catch (DatabaseException failed) {
      if (!isOfTheDeclared(failed)) {
        throw failed;
      }
      return false;
    }
  }

  /** Every value is computed, as it is to be copied and as it is to be compared, and none told. */
  private static String counting(MappedTable table, List<ColumnMapping> columns) {
    List<String> values = new ArrayList<>();
    for (ColumnMapping column : columns) {
      values.add(ColumnReading.toCopy(column));
      values.add(ColumnReading.toCompare(column) + "::pg_catalog.text");
    }
    return "SELECT pg_catalog.count(ROW(s.*)::pg_catalog.text) FROM (SELECT "
        + String.join(", ", values)
        + " FROM ONLY "
        + table.source().name().quoted()
        + " LIMIT "
        + SAMPLE_ROWS
        + ") AS s";
  }

  /** Casts cut texts off; workers read them whole, so that the target refuses such rows. */
  private void tooLong(MappedTable table, ColumnMapping column, MappedColumn declared)
      throws MappingRefused {
    String whole = ColumnReading.toCopy(column);
    String cut = "(" + whole + "::" + column.targetType() + ")";
    boolean bounded =
        column.targetType().matches("(character varying|character|bit varying|bit)\\(.*");
    if (!bounded || !column.targetType().endsWith(")")) {
      return;
    }
    String base = column.targetType().startsWith("bit") ? "bit varying" : "text";
    String sql =
        "SELECT pg_catalog.count(*) FROM (SELECT %s::%s AS a, %s::%s AS b FROM ONLY %s LIMIT %d) AS s WHERE s.a <> s.b"
            .formatted(whole, base, cut, base, table.source().name().quoted(), SAMPLE_ROWS);
    try {
      String rows = session.text(doing(table), sql).orElse("0");
      if (!rows.equals("0") && declared.literal()) {
        throw new MappingRefused(
            "CAST_FAILS",
            table.named(declared),
            "expected a constant that %s takes for column %s, found a longer one; shorten it, or give the column another type"
                .formatted(column.targetType(), table.named(declared)));
      }
      if (!rows.equals("0")) {
        risks.add(
            "%s.%s: of the first %,d rows %s are longer than %s takes; the target refuses such rows"
                .formatted(
                    table.target(), column.target(), SAMPLE_ROWS, rows, column.targetType()));
      }
    } catch (DatabaseException failed) {
      if (!failed.sqlState().equals("57014")) {
        throw failed;
      }
    }
  }

  private static String doing(MappedTable table) {
    return "trying declared columns on rows of " + table.source().name();
  }
}
