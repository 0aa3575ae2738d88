package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sensei.agents.architect.PlanOutcome.Planned;
import dev.sensei.agents.architect.mapping.MappedSource;
import dev.sensei.agents.architect.mapping.MappingRefused;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.testing.Migration;
import dev.sensei.agents.testing.OnPostgres;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.CatalogComparison;
import dev.sensei.databases.catalog.CatalogReader;
import dev.sensei.databases.catalog.CatalogScope;
import dev.sensei.databases.ddl.DdlGenerator;
import dev.sensei.platform.PostgresServer;
import dev.sensei.schemas.common.TableMapping;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

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
  private final PostgresServer.Endpoint empty;

  /** Plans of a new source that this SQL fills. */
  MappedPlans(String sql) throws SQLException {
    source = database(sql);
    empty = database("");
  }

  PostgresServer.Endpoint source() {
    return source;
  }

  /** A target with nothing in it, to plan for and not to build. */
  PostgresServer.Endpoint empty() {
    return empty;
  }

  /** A new database that this SQL fills. */
  static PostgresServer.Endpoint database(String sql) throws SQLException {
    PostgresServer.Endpoint database = OnPostgres.newDatabase("mapped");
    Migration.run(database, sql);
    return database;
  }

  Planned planned(PostgresServer.Endpoint target, TableMapping... mappings) throws Exception {
    PlanInput input = Databases.input(source, target, Databases.OPTIONS);
    return assertThat(Planner.plan(input.with(mapped(input, List.of(mappings)))))
        .asInstanceOf(type(Planned.class))
        .actual();
  }

  private MappedSource mapped(PlanInput input, List<TableMapping> mappings) throws Exception {
    try (Connection connection = source.connect()) {
      return MappedSource.of(connection, mappings, input.source(), input.target());
    }
  }

  /** Whether a plan is refused with a code, or made where the code is empty. */
  void refused(String code, String never, TableMapping... mappings) throws Exception {
    if (code.isEmpty()) {
      assertThat(planned(empty, mappings).tables()).isNotEmpty();
      return;
    }
    assertThatThrownBy(() -> planned(empty, mappings))
        .isInstanceOfSatisfying(
            MappingRefused.class,
            refused -> {
              assertThat(refused.code()).as(refused.message()).isEqualTo(code);
              assertThat(refused.message()).startsWith("expected ").contains("found ", "; ");
              if (!never.isEmpty()) {
                assertThat(refused.message()).doesNotContain(never);
              }
            });
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
    List<String> all = new ArrayList<>(DdlGenerator.SESSION);
    plan.migration().preData().forEach(each -> all.add(each.sql()));
    for (TablePlan table : plan.tables()) {
      table.keys().forEach(each -> all.add(each.sql()));
      table.indexes().forEach(each -> all.add(each.sql()));
    }
    for (TablePlan table : plan.tables()) {
      table.foreignKeys().forEach(each -> all.add(each.sql()));
    }
    plan.migration().postData().forEach(each -> all.add(each.sql()));
    try (Connection connection = target.connect();
        Statement statement = connection.createStatement()) {
      for (String sql : all) {
        statement.execute(sql);
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
