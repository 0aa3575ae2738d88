package dev.sensei.cli.fidelity;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * Tables of any layout, with columns of any type and any name, and their rows.
 *
 * @param tables at least one
 */
record AnyDatabase(List<AnyTable> tables) {
  static final List<String> ODD_NAMES =
      List.of(
          "plain",
          "Mixed Case",
          "select",
          "quo\"te",
          "dot.ted",
          "new\nline",
          " blank ",
          "tab\tbed",
          "it's",
          "back\\slash",
          "{d 'brace'}",
          "$1",
          "$$",
          "what?",
          "%s %n",
          ":colon",
          "--comment",
          "/* comment",
          "comma, (paren)",
          "ünïcödé",
          "\uD83D\uDE00 smile",
          "e\u0301 combining",
          "xmin_",
          "null",
          "63 bytes ................................................",
          "é".repeat(29));

  /** The parts a table can be divided into, or none. */
  enum Layout {
    PLAIN,
    UNLOGGED,
    INHERITED,
    BY_LIST,
    BY_RANGE_OF_EXPRESSION,
    BY_HASH_AND_LIST
  }

  /** What the table's first column is, and what is unique in it. */
  enum Key {
    NONE,
    PRIMARY,
    IDENTITY_ALWAYS,
    SERIAL,
    UNIQUE_DEFERRABLE,
    /** Primary keys over more than the first column, or of another type. */
    TWO_COLUMNS,
    TEXT,
    NUMERIC,
    UUID
  }

  /**
   * A column.
   *
   * @param type its place among {@link ColumnType#ALL}
   * @param dropped whether it is there no more when the table is read
   */
  record AnyColumn(int name, int type, boolean required, boolean dropped, boolean generated) {}

  /**
   * A table.
   *
   * @param schema its place among the odd names; negative for {@code public}
   * @param hasId whether it has a column for keys and partitions
   * @param spread whether each row takes so much room that a few fill a page, which makes chunks
   * @param rows for each row, which value each column has; negative for null
   */
  record AnyTable(
      int schema,
      int name,
      Layout layout,
      Key key,
      boolean hasId,
      boolean spread,
      List<AnyColumn> columns,
      List<List<Integer>> rows) {}

  static Arbitrary<AnyDatabase> any(int mostTables, int mostColumns, int mostRows) {
    Arbitrary<AnyColumn> columns =
        Combinators.combine(
                Arbitraries.integers().between(0, ODD_NAMES.size() - 1),
                Arbitraries.integers().between(0, ColumnType.ALL.size() - 1),
                Arbitraries.integers().between(0, 9))
            .as((name, type, kind) -> new AnyColumn(name, type, kind == 7, kind == 8, kind == 9));
    Arbitrary<List<List<Integer>>> rows =
        Arbitraries.integers()
            .between(-2, 9)
            .list()
            .ofSize(mostColumns)
            .list()
            .ofMinSize(0)
            .ofMaxSize(mostRows);
    Arbitrary<AnyTable> tables =
        Combinators.combine(
                Arbitraries.integers().between(-ODD_NAMES.size(), ODD_NAMES.size() - 1),
                Arbitraries.integers().between(0, ODD_NAMES.size() - 1),
                Arbitraries.of(Layout.values()),
                Arbitraries.of(Key.values()),
                Arbitraries.of(true, true, true, false),
                Arbitraries.of(false, true),
                columns.list().ofMinSize(0).ofMaxSize(mostColumns),
                rows)
            .as(AnyTable::new);
    return tables.list().ofMinSize(1).ofMaxSize(mostTables).map(AnyDatabase::new);
  }

  /** The statements that make it in a database that has {@link ColumnType#PRELUDE}. */
  List<String> statements(Server from, Server to) {
    List<String> all = new ArrayList<>();
    Set<String> taken = new TreeSet<>();
    Optional<TableSql> before = Optional.empty();
    for (int at = 0; at < tables.size(); at++) {
      TableSql table = new TableSql(tables.get(at), at, taken, from, to);
      table.statements(all);
      before.ifPresent(earlier -> table.refer(earlier, all));
      before = Optional.of(table);
    }
    return all;
  }
}
