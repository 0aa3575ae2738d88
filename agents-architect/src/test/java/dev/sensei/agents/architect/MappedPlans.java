package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sensei.agents.architect.PlanOutcome.Planned;
import dev.sensei.agents.architect.mapping.MappedSource;
import dev.sensei.agents.architect.mapping.MappingRefused;
import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.agents.plan.ColumnReading;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.testing.OnPostgres;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.CatalogComparison;
import dev.sensei.databases.catalog.CatalogReader;
import dev.sensei.databases.catalog.CatalogScope;
import dev.sensei.databases.catalog.TableKind;
import dev.sensei.databases.ddl.DdlGenerator;
import dev.sensei.databases.digest.CanonicalSession;
import dev.sensei.platform.PostgresServer;
import dev.sensei.schemas.common.TableMapping;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;

/** Plans of a source whose tables are mapped, made on real servers. */
final class MappedPlans {
  static final String SHOP =
      """
      CREATE SCHEMA shop;
      CREATE TYPE shop.tier AS ENUM ('bronze', 'gold');
      CREATE FUNCTION shop.twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
      CREATE FUNCTION shop.looked_up(n int) RETURNS int LANGUAGE sql STABLE AS 'SELECT $1';
      CREATE TABLE shop.customers (id serial PRIMARY KEY, cust_ref varchar(40) NOT NULL UNIQUE,
        first_name text, last_name text, tier shop.tier DEFAULT 'bronze', notes text,
        born date, score int DEFAULT 3, balance numeric(10, 2), CHECK (score > 0), CHECK (balance > -100));
      CREATE TABLE shop.orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        customer int NOT NULL REFERENCES shop.customers ON DELETE CASCADE, "order" text,
        total numeric(10, 2), label text GENERATED ALWAYS AS ('T' || total::text) STORED);
      CREATE INDEX orders_customer ON shop.orders (customer DESC) INCLUDE (total);
      CREATE INDEX orders_order ON shop.orders ("order" text_pattern_ops);
      CREATE INDEX orders_big ON shop.orders (id) WHERE total > 100;
      CREATE INDEX orders_plain ON shop.orders USING hash (label);
      CREATE VIEW shop.totals AS SELECT customer, total FROM shop.orders;
      CREATE VIEW shop.names AS SELECT last_name FROM shop.customers;
      CREATE VIEW shop.sum_of_totals AS SELECT sum(total) AS s FROM shop.totals;
      CREATE FUNCTION shop.noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER noted BEFORE UPDATE ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.noted();
      COMMENT ON COLUMN shop.customers.cust_ref IS 'what the customer quotes';
      CREATE TABLE shop.event (id int, day date, note text, CHECK (note <> ''), PRIMARY KEY (id, day))
        PARTITION BY RANGE (day);
      CREATE TABLE shop.event_24 PARTITION OF shop.event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
      CREATE TABLE shop.event_rest PARTITION OF shop.event DEFAULT;
      CREATE INDEX event_note ON shop.event (note);
      INSERT INTO shop.customers (cust_ref, first_name, last_name, notes, born, balance)
        SELECT 'ref' || n, 'first' || n, 'canary' || n, 'note', '2000-01-01', n FROM generate_series(1, 20) n;
      INSERT INTO shop.orders (customer, "order", total) SELECT 1 + n % 20, 'o' || n, n FROM generate_series(1, 50) n;
      INSERT INTO shop.event SELECT n, '2024-03-01', 'n' FROM generate_series(1, 5) n;
      """;

  private final PostgresServer.Endpoint source;

  /** Plans of a new source that this SQL fills. */
  MappedPlans(String sql) throws SQLException {
    this(database(sql));
  }

  private MappedPlans(PostgresServer.Endpoint source) {
    this.source = source;
  }

  /** Plans of the same source, reached in another way. */
  MappedPlans through(PostgresServer.Endpoint other) {
    return new MappedPlans(other);
  }

  PostgresServer.Endpoint source() {
    return source;
  }

  /** A target with nothing in it, to plan for and not to build: the server's own database. */
  PostgresServer.Endpoint empty() {
    return OnPostgres.server();
  }

  /**
   * A new database that this SQL fills; a function with a body of statements ends with {@code ;;}.
   */
  static PostgresServer.Endpoint database(String sql) throws SQLException {
    PostgresServer.Endpoint database = OnPostgres.newDatabase("mapped");
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      // Bodies of functions hold semicolons, which the driver would take for the end of a
      // statement.
      for (String each : sql.split(";;", -1)) {
        statement.execute(each);
      }
    }
    return database;
  }

  Planned planned(PostgresServer.Endpoint target, TableMapping... mappings) throws Exception {
    return assertThat(outcome(target, mappings)).asInstanceOf(type(Planned.class)).actual();
  }

  PlanOutcome outcome(PostgresServer.Endpoint target, TableMapping... mappings) throws Exception {
    PlanInput input = Databases.input(source, target, Databases.OPTIONS);
    return Planner.plan(input.with(mapped(input, List.of(mappings))));
  }

  private MappedSource mapped(PlanInput input, List<TableMapping> mappings) throws Exception {
    try (Connection connection = source.connect()) {
      return MappedSource.of(
          connection, mappings, input.source(), input.target(), CastRecovery.of(input));
    }
  }

  /** Whether a plan for an empty target is refused with a code, or made where the code is empty. */
  void refused(String code, String never, TableMapping... mappings) throws Exception {
    if (code.isEmpty()) {
      assertThat(planned(empty(), mappings).tables()).isNotEmpty();
      return;
    }
    MappingRefused refused = refused(empty(), code, mappings);
    if (!never.isEmpty()) {
      assertThat(refused.message()).doesNotContain(never);
    }
  }

  /** What a plan is refused by, which has to have this code. */
  MappingRefused refused(PostgresServer.Endpoint target, String code, TableMapping... mappings) {
    MappingRefused refused =
        catchThrowableOfType(MappingRefused.class, () -> planned(target, mappings));
    assertThat(refused).as(code).isNotNull();
    assertThat(refused.code()).as(refused.message()).isEqualTo(code);
    assertThat(refused.message()).startsWith("expected ").contains("found ", "; ");
    return refused;
  }

  /**
   * Plans for an empty target, builds it and copies every row as a worker would; all of it has to
   * be in the target then as the plan says.
   */
  Planned carriedOut(TableMapping... mappings) throws Exception {
    PostgresServer.Endpoint target = database("");
    Planned plan = planned(target, mappings);
    execute(target, beforeRows(plan));
    for (TablePlan table : plan.tables()) {
      if (table.definition().kind() != TableKind.PARTITIONED && !table.columns().isEmpty()) {
        copy(table, target);
      }
    }
    execute(target, behindRows(plan));
    assertEqualStructure(target, plan);
    return plan;
  }

  private void copy(TablePlan table, PostgresServer.Endpoint target) throws Exception {
    String format = "(FORMAT " + table.format().name().toLowerCase(Locale.ROOT) + ")";
    String columns =
        table.columns().stream()
            .map(column -> SqlIdentifier.quote(column.target()))
            .collect(Collectors.joining(", "));
    ByteArrayOutputStream rows = new ByteArrayOutputStream();
    try (Connection from = source.connect();
        Connection to = target.connect()) {
      CanonicalSession.pin(from);
      CanonicalSession.pin(to);
      from.unwrap(PGConnection.class)
          .getCopyAPI()
          .copyOut("COPY (" + ColumnReading.select(table) + ") TO STDOUT " + format, rows);
      to.unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn(
              "COPY %s (%s) FROM STDIN %s".formatted(table.target().quoted(), columns, format),
              new ByteArrayInputStream(rows.toByteArray()));
    }
    assertThat(contents(target, table.target(), table.columns(), ColumnReading::targetToCompare))
        .as(table.target().toString())
        .isEqualTo(contents(source, table.source(), table.columns(), ColumnReading::toCompare));
  }

  private static String contents(
      PostgresServer.Endpoint database,
      TableName table,
      List<ColumnMapping> columns,
      Function<ColumnMapping, String> read)
      throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      CanonicalSession.pin(connection);
      try (ResultSet row =
          statement.executeQuery(
              "SELECT string_agg(r::text, ' ' ORDER BY r::text COLLATE \"C\") FROM (SELECT %s FROM ONLY %s) r"
                  .formatted(
                      columns.stream().map(read).collect(Collectors.joining(", ")),
                      table.quoted()))) {
        row.next();
        return String.valueOf(row.getString(1));
      }
    }
  }

  /** What of the source stays behind, and of what kind it is. */
  static List<String> exceptions(Planned plan) {
    return plan.migration().exceptions().stream()
        .map(each -> each.kind() + " " + each.object())
        .toList();
  }

  static TablePlan table(Planned plan, String source) {
    return plan.tables().stream()
        .filter(table -> table.source().name().equals(source))
        .findFirst()
        .orElseThrow();
  }

  static String value(PostgresServer.Endpoint database, String sql) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      List<String> values = new ArrayList<>();
      for (int at = 1; at <= row.getMetaData().getColumnCount(); at++) {
        values.add(row.getString(at));
      }
      return String.join("|", values);
    }
  }

  /** Runs a plan's statements in their order, with no rows in between. */
  static void build(PostgresServer.Endpoint target, Planned plan) throws SQLException {
    execute(target, beforeRows(plan));
    execute(target, behindRows(plan));
  }

  private static List<dev.sensei.databases.ddl.Statement> beforeRows(Planned plan) {
    return plan.migration().preData();
  }

  private static List<dev.sensei.databases.ddl.Statement> behindRows(Planned plan) {
    List<dev.sensei.databases.ddl.Statement> all = new ArrayList<>();
    for (TablePlan table : plan.tables()) {
      all.addAll(table.keys());
      all.addAll(table.indexes());
    }
    plan.tables().forEach(table -> all.addAll(table.foreignKeys()));
    all.addAll(plan.migration().postData());
    return all;
  }

  private static void execute(
      PostgresServer.Endpoint target, List<dev.sensei.databases.ddl.Statement> statements)
      throws SQLException {
    try (Connection connection = target.connect();
        Statement statement = connection.createStatement()) {
      for (String sql : DdlGenerator.SESSION) {
        statement.execute(sql);
      }
      for (dev.sensei.databases.ddl.Statement each : statements) {
        statement.execute(each.sql());
      }
    }
  }

  static void assertEqualStructure(PostgresServer.Endpoint target, Planned plan)
      throws SQLException {
    try (Connection connection = target.connect()) {
      Catalog actual = CatalogReader.read(connection, CatalogScope.ALL);
      Catalog expected =
          plan.migration()
              .expected()
              .withTables(
                  plan.tables().stream()
                      .map(TablePlan::definition)
                      .sorted(Comparator.comparing(table -> table.name()))
                      .toList());
      assertThat(CatalogComparison.compare(expected, actual)).isEmpty();
    }
  }
}
