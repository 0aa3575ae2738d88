package dev.sensei.databases.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.databases.DatabaseUri;
import dev.sensei.databases.TableName;
import dev.sensei.databases.TestServer;
import dev.sensei.databases.digest.CanonicalSession;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RowsAtFaultTest {
  private static final TableName PARENT = new TableName("public", "parent");
  private static final TableName CHILD = new TableName("public", "child");
  private final Map<TableName, RuledTable> tables = new HashMap<>();

  @ParameterizedTest
  @MethodSource("dev.sensei.databases.TestServer#all")
  void theFirstOrLastOfEqualRowsStaysByItsPlaceOrByAColumn(TestServer server) throws SQLException {
    DatabaseUri database =
        filled(
            server,
            "CREATE TABLE parent (id int, code text, at int, label text)",
            "INSERT INTO parent VALUES"
                + " (1,'a',3,'x'),(2,'a',9,'x'),(3,'a',NULL,'x'),(4,'b',1,'x'),(5,NULL,1,'x'),(6,NULL,1,'x')");
    assertThat(ids(database, unique(SetRule.Keep.FIRST, Optional.empty(), true)))
        .containsExactly(2, 3);
    assertThat(ids(database, unique(SetRule.Keep.LAST, Optional.empty(), true)))
        .containsExactly(1, 2);
    assertThat(ids(database, unique(SetRule.Keep.FIRST, Optional.of("at"), true)))
        .containsExactly(2, 3);
    assertThat(ids(database, unique(SetRule.Keep.LAST, Optional.of("at"), true)))
        .containsExactly(1, 3);
    assertThat(ids(database, unique(SetRule.Keep.NONE, Optional.empty(), true)))
        .containsExactly(1, 2, 3);
    assertThat(ids(database, unique(SetRule.Keep.FIRST, Optional.empty(), false)))
        .containsExactly(2, 3, 6);
  }

  @ParameterizedTest
  @MethodSource("dev.sensei.databases.TestServer#all")
  void whatIsSetAsideByItsValueTakesNoPlaceAmongEqualRows(TestServer server) throws SQLException {
    DatabaseUri database =
        filled(
            server,
            "CREATE TABLE parent (id int, code text, at int, label text)",
            "INSERT INTO parent VALUES (1,'a',1,NULL),(2,'a',1,'x'),(3,'a',1,'x')");
    assertThat(ids(database, unique(SetRule.Keep.FIRST, Optional.empty(), true)))
        .containsExactly(3);
  }

  @ParameterizedTest
  @MethodSource("dev.sensei.databases.TestServer#all")
  void anOrphanHasNoParentOrOneThatIsSetAside(TestServer server) throws SQLException {
    DatabaseUri database =
        filled(
            server,
            "CREATE TABLE parent (id int, code text, at int, label text)",
            "INSERT INTO parent VALUES (1,'a',1,'x'),(2,'a',1,'x'),(3,'c',1,NULL),(4,'d',1,'x')",
            "CREATE TABLE child (id int, parent int, other int)",
            "INSERT INTO child VALUES (1,1,1),(2,2,1),(3,3,1),(4,4,1),(5,9,1),(6,NULL,9)");
    // 2 is a duplicate of 1, 3 has no label, 9 is not there.
    SetRule.Reference reference =
        new SetRule.Reference(
            List.of("parent"),
            PARENT,
            List.of("id"),
            SetRule.Lacking.QUEUE,
            ColumnRule.Origin.TARGET);
    tables.put(PARENT, parent(List.of(keepFirst())));
    tables.put(CHILD, table(CHILD, List.of(reference), "id", "parent", "other"));
    assertThat(ids(database, tables.get(CHILD), reference)).containsExactly(2, 3, 5);
  }

  @ParameterizedTest
  @MethodSource("dev.sensei.databases.TestServer#all")
  void aReferenceOfSeveralColumnsIsHeldWhereNoneIsNull(TestServer server) throws SQLException {
    DatabaseUri database =
        filled(
            server,
            "CREATE TABLE parent (id int, code text, at int, label text)",
            "INSERT INTO parent VALUES (1,'a',1,'x')",
            "CREATE TABLE child (id int, parent int, other int)",
            "INSERT INTO child VALUES (1,1,1),(2,1,2),(3,NULL,2),(4,7,NULL)");
    SetRule.Reference reference =
        new SetRule.Reference(
            List.of("parent", "other"),
            PARENT,
            List.of("id", "at"),
            SetRule.Lacking.QUEUE,
            ColumnRule.Origin.PERSON);
    tables.put(PARENT, parent(List.of()));
    tables.put(CHILD, table(CHILD, List.of(reference), "id", "parent", "other"));
    assertThat(ids(database, tables.get(CHILD), reference)).containsExactly(2);
  }

  @ParameterizedTest
  @MethodSource("dev.sensei.databases.TestServer#all")
  void aTableIsReadOnceForEachOfItsRules(TestServer server) throws SQLException {
    DatabaseUri database =
        filled(
            server,
            "CREATE TABLE parent (id int, code text, at int, label text)",
            "INSERT INTO parent SELECT n, 'c' || n, n, 'x' FROM generate_series(0, 9) n",
            "CREATE TABLE child (id int, c0 int, c1 int, c2 int, c3 int, c4 int, c5 int, c6 int,"
                + " c7 int, c8 int, c9 int)",
            "INSERT INTO child SELECT n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 FROM generate_series(1, 20)"
                + " n",
            "UPDATE child SET c3 = 77, c9 = 77 WHERE id = 4",
            "UPDATE child SET c9 = 77 WHERE id = 9");
    List<SetRule> rules = new ArrayList<>();
    List<String> columns = new ArrayList<>(List.of("id"));
    for (int column = 0; column < 10; column++) {
      columns.add("c" + column);
      rules.add(
          new SetRule.Reference(
              List.of("c" + column),
              PARENT,
              List.of("id"),
              SetRule.Lacking.QUEUE,
              ColumnRule.Origin.TARGET));
    }
    tables.put(PARENT, parent(List.of()));
    tables.put(CHILD, table(CHILD, rules, columns.toArray(String[]::new)));

    assertThat(ids(database, tables.get(CHILD), rules.getLast())).containsExactly(9);
    String sql =
        new RowsAtFault(name -> Optional.ofNullable(tables.get(name)))
            .of(tables.get(CHILD), rules.getLast());
    assertThat(sql.split("FROM ONLY " + CHILD.quoted(), -1)).hasSize(rules.size() + 1);
  }

  @ParameterizedTest
  @MethodSource("dev.sensei.databases.TestServer#all")
  void inATableThatRefersToItselfAnOrphanTakesItsDescendantsAlong(TestServer server)
      throws SQLException {
    DatabaseUri database =
        filled(
            server,
            "CREATE TABLE child (id int, parent int, other int)",
            "INSERT INTO child VALUES (1,NULL,0),(2,1,0),(3,99,0),(4,3,0),(5,4,0),(6,7,0),(7,6,0)");
    SetRule.Reference reference =
        new SetRule.Reference(
            List.of("parent"),
            CHILD,
            List.of("id"),
            SetRule.Lacking.QUEUE,
            ColumnRule.Origin.TARGET);
    tables.put(CHILD, table(CHILD, List.of(reference), "id", "parent", "other"));
    assertThat(ids(database, tables.get(CHILD), reference)).containsExactly(3, 4, 5);
  }

  @ParameterizedTest
  @MethodSource("dev.sensei.databases.TestServer#all")
  void valuesThatAreEqualByTheirTypeAreFoundWhateverTheirTextIs(TestServer server)
      throws SQLException {
    for (String pair :
        List.of(
            "numeric '1.0', numeric '1.00'",
            "float8 '0', float8 '-0'",
            "float4 'NaN', float4 'NaN'",
            "interval '1 mon', interval '30 days'",
            "jsonb '{\"a\": 1.0}', jsonb '{\"a\": 1.00}'",
            "char(5) 'a', char(5) 'a    '",
            "timetz '10:00+00', timetz '10:00+00'",
            "inet '10.0.0.1', inet '10.0.0.1/32'",
            "ARRAY[numeric '1.0'], ARRAY[numeric '1.00']",
            "ARRAY[]::int[], ARRAY[]::int[]",
            "int4range '[1,3)', int4range '[1,2]'")) {
      String[] values = pair.split(", (?=[a-zA-Z0-9()]+ '|ARRAY)", 2);
      DatabaseUri database =
          filled(
              server,
              "CREATE TABLE parent AS SELECT 1 AS id, %s AS code".formatted(values[0]),
              "INSERT INTO parent VALUES (2, %s)".formatted(values[1]));
      RuledTable table = table(PARENT, List.of(keepFirst()), "id", "code");
      assertThat(ids(database, table, keepFirst())).as(pair).containsExactly(2);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sensei.databases.TestServer#all")
  void whereNoRowsAreEqualThatIsKnownWithoutLookingAtTheirPlaces(TestServer server)
      throws SQLException {
    DatabaseUri database =
        filled(
            server,
            "CREATE TABLE parent (id int, code text, at int)",
            "INSERT INTO parent SELECT n, CASE WHEN n % 2 = 0 THEN 'c' || n END, n % 7"
                + " FROM generate_series(1, 100) n");
    RuledTable table = table(PARENT, List.of(), "id", "code", "at");
    assertThat(equalRows(database, table, keepFirst())).isEqualTo(EqualRows.NONE);
    assertThat(equalRows(database, table, unique(SetRule.Keep.NONE, Optional.empty(), false)))
        .isEqualTo(EqualRows.SOME);
    assertThat(equalRows(database, table, ofTwo("at", "id"))).isEqualTo(EqualRows.NONE);
    assertThat(equalRows(database, table, ofTwo("at", "at"))).isEqualTo(EqualRows.SOME);
  }

  @ParameterizedTest
  @MethodSource("dev.sensei.databases.TestServer#all")
  void whatHasNoHashOrCannotBeComputedForARowThatIsSetAsideIsLeftToTheFullQuery(TestServer server)
      throws SQLException {
    DatabaseUri database =
        filled(
            server,
            "CREATE TABLE parent (id int, code tsvector, at int)",
            "INSERT INTO parent VALUES (1, 'a', 1), (2, 'b', 0)");
    assertThat(equalRows(database, table(PARENT, List.of(), "id", "code"), keepFirst()))
        .isEqualTo(EqualRows.UNKNOWN);
    assertThat(
            equalRows(
                database,
                new RuledTable(
                    PARENT, true, Map.of("code", "1 / \"at\""), "(\"at\" = 0)", List.of()),
                keepFirst()))
        .isEqualTo(EqualRows.UNKNOWN);
  }

  private static SetRule.Unique ofTwo(String one, String other) {
    return new SetRule.Unique(
        List.of(one, other), true, SetRule.Keep.FIRST, Optional.empty(), ColumnRule.Origin.PERSON);
  }

  private static SetRule.Unique keepFirst() {
    return new SetRule.Unique(
        List.of("code"), true, SetRule.Keep.FIRST, Optional.empty(), ColumnRule.Origin.TARGET);
  }

  private SetRule.Unique unique(SetRule.Keep keep, Optional<String> by, boolean nullsDistinct) {
    return new SetRule.Unique(List.of("code"), nullsDistinct, keep, by, ColumnRule.Origin.TARGET);
  }

  /** A parent has to have a label; its code is read in small letters. */
  private static RuledTable parent(List<SetRule> rules) {
    return new RuledTable(
        PARENT,
        true,
        Map.of("id", "\"id\"", "code", "lower(\"code\")", "at", "\"at\""),
        "((\"label\" IS NULL) IS TRUE)",
        rules);
  }

  private static RuledTable table(TableName name, List<SetRule> rules, String... columns) {
    Map<String, String> values = new HashMap<>();
    for (String column : columns) {
      values.put(column, "\"" + column + "\"");
    }
    return new RuledTable(name, true, values, "false", rules);
  }

  private static DatabaseUri filled(TestServer server, String... statements) {
    DatabaseUri database = server.newDatabase();
    for (String statement : statements) {
      TestServer.execute(database, statement);
    }
    return database;
  }

  private List<Integer> ids(DatabaseUri database, SetRule rule) throws SQLException {
    return ids(database, parent(List.of(rule)), rule);
  }

  /** The ids of rows that do not keep a rule, which the quick way has to find too. */
  private List<Integer> ids(DatabaseUri database, RuledTable table, SetRule rule)
      throws SQLException {
    RowsAtFault queries = new RowsAtFault(name -> Optional.ofNullable(tables.get(name)));
    List<Integer> ids = ids(database, table, queries.of(table, rule));
    if (rule instanceof SetRule.Unique unique) {
      assertThat(ids(database, table, queries.amongEqualHashes(table, unique))).isEqualTo(ids);
      assertThat(equalRows(database, table, unique)).isEqualTo(EqualRows.SOME);
    }
    return ids;
  }

  private EqualRows equalRows(DatabaseUri database, RuledTable table, SetRule.Unique unique)
      throws SQLException {
    try (Connection connection = TestServer.connect(database)) {
      CanonicalSession.pin(connection);
      connection.setAutoCommit(false);
      EqualRows answer =
          EqualRows.in(
              connection,
              new RowsAtFault(name -> Optional.ofNullable(tables.get(name))),
              table,
              unique);
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("SHOW work_mem")) {
        row.next();
        assertThat(row.getString(1)).isEqualTo("4MB");
      }
      return answer;
    }
  }

  private List<Integer> ids(DatabaseUri database, RuledTable table, String places)
      throws SQLException {
    List<Integer> ids = new ArrayList<>();
    try (Connection connection = TestServer.connect(database)) {
      CanonicalSession.pin(connection);
      try (Statement statement = connection.createStatement();
          ResultSet row =
              statement.executeQuery(
                  "SELECT id FROM %s WHERE ctid = ANY (ARRAY(%s)) ORDER BY id"
                      .formatted(table.source().quoted(), places))) {
        while (row.next()) {
          ids.add(row.getInt(1));
        }
      }
    }
    return ids;
  }
}
