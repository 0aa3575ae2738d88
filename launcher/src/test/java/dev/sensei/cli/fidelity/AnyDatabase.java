package dev.sensei.cli.fidelity;

import dev.sensei.databases.SqlIdentifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * Tables of any layout, with columns of any type and any name, and their rows.
 *
 * @param tables at least one
 */
record AnyDatabase(List<AnyTable> tables) {
  private static final int MOST_BYTES_OF_A_NAME = 63;
  private static final List<String> ODD_NAMES =
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

  /** What the table's first column is. */
  enum Key {
    NONE,
    PRIMARY,
    IDENTITY_ALWAYS,
    SERIAL,
    UNIQUE_DEFERRABLE
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
   * @param hasId whether it has a column of numbers, which keys and partitions need
   * @param rows for each row, which value each column has; negative for null
   */
  record AnyTable(
      int name,
      Layout layout,
      Key key,
      boolean hasId,
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
                Arbitraries.integers().between(0, ODD_NAMES.size() - 1),
                Arbitraries.of(Layout.values()),
                Arbitraries.of(Key.values()),
                Arbitraries.of(true, true, true, false),
                columns.list().ofMinSize(0).ofMaxSize(mostColumns),
                rows)
            .as(AnyTable::new);
    return tables.list().ofMinSize(1).ofMaxSize(mostTables).map(AnyDatabase::new);
  }

  /** The statements that make it in a database that has {@link ColumnType#PRELUDE}. */
  List<String> statements(Server from, Server to) {
    List<String> all = new ArrayList<>();
    for (int at = 0; at < tables.size(); at++) {
      new Sql(tables.get(at), at, from, to).statements(all);
    }
    return all;
  }

  private static final class Sql {
    private final AnyTable table;
    private final int number;
    private final boolean id;
    private final boolean virtual;
    private final List<AnyColumn> columns;
    private final List<String> names;
    private final String name;
    private final String idName;

    Sql(AnyTable table, int number, Server from, Server to) {
      this.table = table;
      this.number = number;
      this.virtual = from == Server.EIGHTEEN && to == Server.EIGHTEEN;
      // A table that is divided needs something to divide by.
      this.id = table.hasId() || table.layout().compareTo(Layout.BY_LIST) >= 0;
      this.columns =
          table.columns().stream()
              .filter(column -> ColumnType.ALL.get(column.type()).has(from))
              .filter(column -> ColumnType.ALL.get(column.type()).has(to))
              .toList();
      this.name = number + ODD_NAMES.get(table.name());
      this.idName = "I\"d";
      Set<String> taken = new TreeSet<>(Set.of(idName));
      List<String> given = new ArrayList<>();
      for (AnyColumn column : columns) {
        String next = ODD_NAMES.get(column.name());
        for (int more = 1; !taken.add(next); more++) {
          next = cut(ODD_NAMES.get(column.name()), String.valueOf(more));
        }
        given.add(next);
      }
      this.names = List.copyOf(given);
    }

    /** The name with something behind it, cut to what PostgreSQL takes. */
    private static String cut(String name, String behind) {
      String cut = name;
      while ((cut + behind).getBytes(StandardCharsets.UTF_8).length > MOST_BYTES_OF_A_NAME) {
        cut = cut.substring(0, cut.length() - 1);
      }
      return cut + behind;
    }

    private String qualified(String suffix) {
      return "public." + SqlIdentifier.quote(cut(name, suffix));
    }

    void statements(List<String> all) {
      List<String> parts = new ArrayList<>();
      if (id) {
        parts.add(SqlIdentifier.quote(idName) + " " + idType());
      }
      for (int at = 0; at < columns.size(); at++) {
        AnyColumn column = columns.get(at);
        parts.add(
            SqlIdentifier.quote(names.get(at))
                + " "
                + ColumnType.ALL.get(column.type()).name()
                + (column.required() && required(at) ? " NOT NULL" : ""));
      }
      if (columns.stream().anyMatch(AnyColumn::generated) && id) {
        parts.add(
            "\"gen \"\"erated\" text GENERATED ALWAYS AS ('{'::text || (("
                + SqlIdentifier.quote(idName)
                + " * 2))::text) "
                + (virtual && number % 2 == 0 ? "VIRTUAL" : "STORED"));
      }
      all.add(
          "CREATE "
              + (table.layout() == Layout.UNLOGGED ? "UNLOGGED " : "")
              + "TABLE "
              + qualified("")
              + " ("
              + String.join(", ", parts)
              + ")"
              + partitioning());
      parts(all);
      rows(all);
      for (int at = 0; at < columns.size(); at++) {
        if (columns.get(at).dropped()) {
          all.add(
              "ALTER TABLE "
                  + qualified("")
                  + " DROP COLUMN "
                  + SqlIdentifier.quote(names.get(at)));
        }
      }
      constraints(all);
    }

    private boolean divided() {
      return table.layout().compareTo(Layout.BY_LIST) >= 0;
    }

    private String idType() {
      return switch (table.key()) {
        case NONE, PRIMARY, UNIQUE_DEFERRABLE -> "integer";
        // Before version 17 a partitioned table has no identity column.
        case IDENTITY_ALWAYS ->
            divided() ? "integer" : "integer GENERATED ALWAYS AS IDENTITY (START 5 INCREMENT 3)";
        case SERIAL -> "serial";
      };
    }

    private String partitioning() {
      String key = SqlIdentifier.quote(idName);
      return switch (table.layout()) {
        case PLAIN, UNLOGGED, INHERITED -> "";
        case BY_LIST -> " PARTITION BY LIST (" + key + ")";
        case BY_RANGE_OF_EXPRESSION -> " PARTITION BY RANGE ((" + key + " % 7))";
        case BY_HASH_AND_LIST -> " PARTITION BY HASH (" + key + ")";
      };
    }

    private void parts(List<String> all) {
      String whole = qualified("");
      switch (table.layout()) {
        case PLAIN, UNLOGGED -> {}
        case INHERITED ->
            all.add(
                "CREATE TABLE "
                    + qualified(" heir")
                    + " (\"more \"\"of it\" text DEFAULT 'x''y') INHERITS ("
                    + whole
                    + ")");
        case BY_LIST -> {
          all.add(part(qualified(" one"), "FOR VALUES IN (1, 2, NULL)"));
          all.add(part(qualified(" rest"), "DEFAULT"));
        }
        case BY_RANGE_OF_EXPRESSION -> {
          all.add(part(qualified(" low"), "FOR VALUES FROM (MINVALUE) TO (3)"));
          all.add(part(qualified(" high"), "FOR VALUES FROM (3) TO (MAXVALUE)"));
        }
        case BY_HASH_AND_LIST -> {
          all.add(
              part(qualified(" h0"), "FOR VALUES WITH (MODULUS 2, REMAINDER 0)")
                  + " PARTITION BY LIST ("
                  + SqlIdentifier.quote(idName)
                  + ")");
          all.add(
              "CREATE TABLE "
                  + qualified(" h0d")
                  + " PARTITION OF "
                  + qualified(" h0")
                  + " DEFAULT");
          all.add(part(qualified(" h1"), "FOR VALUES WITH (MODULUS 2, REMAINDER 1)"));
        }
      }
    }

    private String part(String name, String bounds) {
      return "CREATE TABLE " + name + " PARTITION OF " + qualified("") + " " + bounds;
    }

    private void rows(List<String> all) {
      for (int row = 0; row < table.rows().size(); row++) {
        List<String> into = new ArrayList<>();
        List<String> values = new ArrayList<>();
        if (id) {
          into.add(SqlIdentifier.quote(idName));
          values.add(String.valueOf(row + 1));
        }
        for (int at = 0; at < columns.size(); at++) {
          into.add(SqlIdentifier.quote(names.get(at)));
          values.add(value(at, row).orElse("NULL"));
        }
        boolean heir = table.layout() == Layout.INHERITED && row % 2 == 1;
        all.add(
            "INSERT INTO "
                + qualified(heir ? " heir" : "")
                + (into.isEmpty()
                    ? " DEFAULT VALUES"
                    : " ("
                        + String.join(", ", into)
                        + ") OVERRIDING SYSTEM VALUE VALUES ("
                        + String.join(", ", values)
                        + ")"));
      }
    }

    private Optional<String> value(int column, int row) {
      int value = table.rows().get(row).get(column);
      return value < 0
          ? Optional.empty()
          : Optional.of(ColumnType.ALL.get(columns.get(column).type()).value(value));
    }

    /** Whether no row has a null there. */
    private boolean required(int column) {
      return IntStream.range(0, table.rows().size())
          .allMatch(row -> value(column, row).isPresent());
    }

    private void constraints(List<String> all) {
      if (!id) {
        return;
      }
      String whole = qualified("");
      String key = SqlIdentifier.quote(idName);
      String constraint = SqlIdentifier.quote("Key \"of\" it " + number);
      if (table.layout() != Layout.BY_RANGE_OF_EXPRESSION) {
        switch (table.key()) {
          case NONE -> {}
          case PRIMARY, IDENTITY_ALWAYS, SERIAL ->
              all.add(
                  "ALTER TABLE %s ADD CONSTRAINT %s PRIMARY KEY (%s)"
                      .formatted(whole, constraint, key));
          case UNIQUE_DEFERRABLE ->
              all.add(
                  "ALTER TABLE %s ADD CONSTRAINT %s UNIQUE (%s) DEFERRABLE INITIALLY DEFERRED"
                      .formatted(whole, constraint, key));
        }
      }
      all.add(
          "ALTER TABLE %s ADD CONSTRAINT \"it's positive? %d\" CHECK (%s > 0)"
              .formatted(whole, number, key));
      all.add("CREATE INDEX ON %s ((%s %% 5)) WHERE %s <> 3".formatted(whole, key, key));
      String comment = names.stream().collect(Collectors.joining(" ")).replace("'", "''");
      all.add("COMMENT ON TABLE %s IS E'%s'".formatted(whole, comment.replace("\\", "\\\\")));
      Stream.of(key)
          .filter(any -> table.layout() == Layout.PLAIN && table.key() == Key.PRIMARY)
          .forEach(
              any ->
                  all.add(
                      "ALTER TABLE %s ADD CONSTRAINT \"self %d\" FOREIGN KEY (%s) REFERENCES %s"
                          .formatted(whole, number, key, whole)));
    }
  }
}
