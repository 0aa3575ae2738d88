package dev.sensei.cli.fidelity;

import static dev.sensei.cli.fidelity.AnyDatabase.ODD_NAMES;

import dev.sensei.cli.fidelity.AnyDatabase.AnyColumn;
import dev.sensei.cli.fidelity.AnyDatabase.AnyTable;
import dev.sensei.cli.fidelity.AnyDatabase.Layout;
import dev.sensei.databases.SqlIdentifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The statements that make a table of {@link AnyDatabase}. */
final class TableSql {
  private static final int MOST_BYTES_OF_A_NAME = 63;
  private static final String ID = "I\"d";
  private static final String SECOND = SqlIdentifier.quote("second / column");

  private final AnyTable table;
  private final int number;
  private final boolean id;
  private final boolean virtual;
  private final List<AnyColumn> columns;
  private final List<String> names;
  private final String schema;
  private final String name;

  TableSql(AnyTable table, int number, Set<String> takenNames, Server from, Server to) {
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
    this.schema = table.schema() < 0 ? "public" : ODD_NAMES.get(table.schema());
    String free = ODD_NAMES.get(table.name());
    for (int more = 1; !takenNames.add(schema + "/" + free); more++) {
      free = cut(ODD_NAMES.get(table.name()), String.valueOf(more));
    }
    this.name = free;
    Set<String> taken = new TreeSet<>(Set.of(ID));
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
    String part = suffix.isEmpty() ? name : cut(name, suffix + " " + number);
    return SqlIdentifier.quote(schema) + "." + SqlIdentifier.quote(part);
  }

  /** What the first column is, where its table takes that. */
  private AnyDatabase.Key key() {
    return switch (table.key()) {
      case TEXT, NUMERIC, UUID -> divided() ? AnyDatabase.Key.PRIMARY : table.key();
      // Before version 17 a partitioned table has no identity column.
      case IDENTITY_ALWAYS -> divided() && !virtual ? AnyDatabase.Key.PRIMARY : table.key();
      case NONE, PRIMARY, SERIAL, UNIQUE_DEFERRABLE, TWO_COLUMNS -> table.key();
    };
  }

  void statements(List<String> all) {
    all.add("CREATE SCHEMA IF NOT EXISTS " + SqlIdentifier.quote(schema));
    List<String> parts = new ArrayList<>();
    if (id) {
      parts.add(SqlIdentifier.quote(ID) + " " + idType());
    }
    if (id && key() == AnyDatabase.Key.TWO_COLUMNS) {
      parts.add(SECOND + " date");
    }
    if (table.spread()) {
      parts.add("\"filler\"\"\" text DEFAULT repeat('x', 3000)");
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
              + SqlIdentifier.quote(ID)
              + (numbered() ? " * 2))::text) " : "))::text) ")
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
    if (table.spread() && !divided()) {
      all.add("ALTER TABLE %s ALTER \"filler\"\"\" SET STORAGE PLAIN".formatted(qualified("")));
    }
    rows(all);
    for (int at = 0; at < columns.size(); at++) {
      if (columns.get(at).dropped()) {
        all.add(
            "ALTER TABLE " + qualified("") + " DROP COLUMN " + SqlIdentifier.quote(names.get(at)));
      }
    }
    constraints(all);
  }

  private boolean divided() {
    return table.layout().compareTo(Layout.BY_LIST) >= 0;
  }

  private String idType() {
    return switch (key()) {
      case NONE, PRIMARY, UNIQUE_DEFERRABLE, TWO_COLUMNS -> "integer";
      case IDENTITY_ALWAYS -> "integer GENERATED ALWAYS AS IDENTITY (START 5 INCREMENT 3)";
      case SERIAL -> "serial";
      case TEXT -> "text";
      case NUMERIC -> "numeric";
      case UUID -> "uuid";
    };
  }

  private String idValue(int row) {
    return switch (key()) {
      case NONE, PRIMARY, UNIQUE_DEFERRABLE, TWO_COLUMNS, IDENTITY_ALWAYS, SERIAL ->
          String.valueOf(row + 1);
      case TEXT -> "E'it''s \\\\ %d \\n\"key\"'".formatted(row);
      case NUMERIC -> row == 0 ? "'NaN'" : row + ".0" + row;
      case UUID -> "'00000000-0000-0000-0000-%012d'".formatted(row);
    };
  }

  private String partitioning() {
    String key = SqlIdentifier.quote(ID);
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
      case INHERITED -> {
        all.add(
            "CREATE TABLE "
                + qualified(" heir")
                + " (\"more \"\"of it\" text DEFAULT 'x''y') INHERITS ("
                + whole
                + ")");
        all.add(
            "CREATE TABLE %s (\"most of it\" int DEFAULT 7) INHERITS (%s)"
                .formatted(qualified(" heirs heir"), qualified(" heir")));
      }
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
                + SqlIdentifier.quote(ID)
                + ")");
        all.add(
            "CREATE TABLE " + qualified(" h0d") + " PARTITION OF " + qualified(" h0") + " DEFAULT");
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
        into.add(SqlIdentifier.quote(ID));
        values.add(idValue(row));
      }
      if (id && key() == AnyDatabase.Key.TWO_COLUMNS) {
        into.add(SECOND);
        values.add("date '2000-02-28' + " + row);
      }
      for (int at = 0; at < columns.size(); at++) {
        into.add(SqlIdentifier.quote(names.get(at)));
        values.add(value(at, row).orElse("NULL"));
      }
      List<String> heirs = List.of("", " heir", " heirs heir");
      boolean inherited = table.layout() == Layout.INHERITED;
      all.add(
          "INSERT INTO "
              + qualified(inherited ? heirs.get(row % heirs.size()) : "")
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
    return IntStream.range(0, table.rows().size()).allMatch(row -> value(column, row).isPresent());
  }

  private boolean numbered() {
    return key() != AnyDatabase.Key.TEXT && key() != AnyDatabase.Key.UUID;
  }

  /** Whether its first column alone is a primary key of integers, which others may refer to. */
  private boolean isReferred() {
    return id
        && table.layout() != Layout.BY_RANGE_OF_EXPRESSION
        && table.layout() != Layout.INHERITED
        && (key() == AnyDatabase.Key.PRIMARY
            || key() == AnyDatabase.Key.SERIAL
            || key() == AnyDatabase.Key.IDENTITY_ALWAYS);
  }

  /** A foreign key to another table, where that has all the rows which it needs. */
  void refer(TableSql other, List<String> all) {
    if (id
        && numbered()
        && key() != AnyDatabase.Key.NUMERIC
        && other.isReferred()
        && (other.table.layout() != Layout.UNLOGGED || table.layout() == Layout.UNLOGGED)
        && other.table.rows().size() >= table.rows().size()) {
      all.add(
          "ALTER TABLE %s ADD CONSTRAINT \"to the other %d\" FOREIGN KEY (%s) REFERENCES %s"
              .formatted(qualified(""), number, SqlIdentifier.quote(ID), other.qualified("")));
    }
  }

  private void constraints(List<String> all) {
    if (!id) {
      return;
    }
    String whole = qualified("");
    String first = SqlIdentifier.quote(ID);
    String constraint = SqlIdentifier.quote("Key \"of\" it " + number);
    if (table.layout() != Layout.BY_RANGE_OF_EXPRESSION) {
      switch (key()) {
        case NONE -> {}
        case PRIMARY, IDENTITY_ALWAYS, SERIAL, TEXT, NUMERIC, UUID ->
            all.add(
                "ALTER TABLE %s ADD CONSTRAINT %s PRIMARY KEY (%s)"
                    .formatted(whole, constraint, first));
        case TWO_COLUMNS ->
            all.add(
                "ALTER TABLE %s ADD CONSTRAINT %s PRIMARY KEY (%s, %s)"
                    .formatted(whole, constraint, SECOND, first));
        case UNIQUE_DEFERRABLE ->
            all.add(
                "ALTER TABLE %s ADD CONSTRAINT %s UNIQUE (%s) DEFERRABLE INITIALLY DEFERRED"
                    .formatted(whole, constraint, first));
      }
    }
    if (key() == AnyDatabase.Key.SERIAL || key() == AnyDatabase.Key.IDENTITY_ALWAYS) {
      all.add(
          "SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('%s', '%s'), %d)"
              .formatted(whole.replace("'", "''"), ID, 41 + 3 * number));
    }
    if (numbered()) {
      all.add(
          "ALTER TABLE %s ADD CONSTRAINT \"it's positive? %d\" CHECK (%s >= 0)"
              .formatted(whole, number, first));
      all.add("CREATE INDEX ON %s ((%s %% 5)) WHERE %s <> 3".formatted(whole, first, first));
    }
    String comment = names.stream().collect(Collectors.joining(" ")).replace("'", "''");
    all.add("COMMENT ON TABLE %s IS E'%s'".formatted(whole, comment.replace("\\", "\\\\")));
    if (table.layout() == Layout.PLAIN && key() == AnyDatabase.Key.PRIMARY) {
      all.add(
          "ALTER TABLE %s ADD CONSTRAINT \"self %d\" FOREIGN KEY (%s) REFERENCES %s"
              .formatted(whole, number, first, whole));
    }
  }
}
