package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sensei.agents.architect.PlanOutcome.Planned;
import dev.sensei.agents.architect.PlanOutcome.Refused;
import dev.sensei.agents.architect.mapping.MappedSource;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.testing.OnPostgres;
import dev.sensei.databases.TableName;
import dev.sensei.databases.rules.ColumnRule;
import dev.sensei.databases.rules.SetRule;
import dev.sensei.platform.PostgresServer;
import dev.sensei.schemas.common.DeclaredRule;
import dev.sensei.schemas.common.Options;
import dev.sensei.schemas.common.Recovery;
import dev.sensei.schemas.common.RowRemedy;
import dev.sensei.schemas.common.RuleKind;
import dev.sensei.schemas.common.TableMapping;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Databases to plan for, what is declared of them, and what is looked at in their plans. */
final class Plans {
  static final String SHOP =
      """
      CREATE SCHEMA shop;
      CREATE TYPE shop.mood AS ENUM ('calm', 'keen');
      CREATE TABLE shop.region (id int PRIMARY KEY, name text NOT NULL UNIQUE);
      CREATE TABLE shop.product (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, price numeric(10,2),
        mood shop.mood, label text GENERATED ALWAYS AS ('p' || price::text) STORED);
      CREATE TABLE shop.customer (id serial PRIMARY KEY, region int REFERENCES shop.region,
        name varchar(40) NOT NULL);
      CREATE TABLE shop."Order" (id bigint PRIMARY KEY, customer int NOT NULL REFERENCES shop.customer,
        product int REFERENCES shop.product, parent bigint REFERENCES shop."Order");
      CREATE TABLE shop.item ("order" bigint REFERENCES shop."Order", product int REFERENCES shop.product,
        note text);
      CREATE INDEX item_by_product ON shop.item (product);
      CREATE VIEW shop.names AS SELECT name FROM shop.customer;
      COMMENT ON TABLE shop.region IS 'where';
      INSERT INTO shop.item (note) SELECT repeat('x', 500) FROM generate_series(1, 2000);
      INSERT INTO shop.region SELECT n, 'r' || n FROM generate_series(1, 500) n;
      ANALYZE;
      """;

  static final String CYCLE =
      """
      CREATE TABLE team (id int PRIMARY KEY, captain int);
      CREATE TABLE player (id int PRIMARY KEY, team int REFERENCES team);
      ALTER TABLE team ADD FOREIGN KEY (captain) REFERENCES player;
      CREATE TABLE game (id int PRIMARY KEY, home int REFERENCES team);
      """;

  static final String PARTITIONED =
      """
      CREATE TABLE kind (id int PRIMARY KEY);
      CREATE TABLE event (id int, day date, kind int REFERENCES kind, PRIMARY KEY (id, day))
        PARTITION BY RANGE (day);
      CREATE TABLE event_2024 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')
        PARTITION BY LIST (id);
      CREATE TABLE event_2024_a PARTITION OF event_2024 FOR VALUES IN (1);
      CREATE TABLE event_rest PARTITION OF event DEFAULT;
      CREATE INDEX event_day ON event (day);
      """;

  /** Keys over values that mappings and rules change. */
  static final String CUSTOMERS =
      """
      CREATE TABLE customer (id int PRIMARY KEY, email text UNIQUE, code varchar(20) UNIQUE,
        amount numeric(10, 2) UNIQUE, cust_ref text, note text);
      CREATE TABLE purchase (id int PRIMARY KEY, email text REFERENCES customer (email),
        customer int REFERENCES customer);
      INSERT INTO customer VALUES (1, 'A@x', 'a', 1.2, '7', NULL), (2, 'a@x', 'b', 1.3, 'abc', 'n');
      """;

  private Plans() {}

  /** The server's own database, in which nothing is. */
  static PostgresServer.Endpoint empty() {
    return OnPostgres.server();
  }

  /** A new database with what a script makes. */
  static PostgresServer.Endpoint database(String sql) throws SQLException {
    PostgresServer.Endpoint endpoint = OnPostgres.newDatabase("planned");
    try (Connection connection = endpoint.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
    return endpoint;
  }

  static Planned planned(
      PostgresServer.Endpoint source, PostgresServer.Endpoint target, Options options)
      throws SQLException {
    return planned(Databases.input(source, target, options));
  }

  /** What is planned from, for an empty target, where tables are mapped. */
  static PlanInput mapped(
      PostgresServer.Endpoint source, Options.Builder options, TableMapping... mappings)
      throws Exception {
    PlanInput input = Databases.input(source, empty(), options.build());
    try (Connection connection = source.connect()) {
      return input.with(
          MappedSource.of(
              connection,
              List.of(mappings),
              input.source(),
              input.target(),
              CastRecovery.of(input)));
    }
  }

  static Planned planned(PlanInput input) {
    return assertThat(Planner.plan(input)).asInstanceOf(type(Planned.class)).actual();
  }

  static Refused refused(
      PostgresServer.Endpoint source, PostgresServer.Endpoint target, Options options)
      throws SQLException {
    return refused(Databases.input(source, target, options));
  }

  static Refused refused(PlanInput input) {
    return assertThat(Planner.plan(input)).asInstanceOf(type(Refused.class)).actual();
  }

  static TablePlan table(Planned plan, String name) {
    return plan.tables().stream()
        .filter(table -> table.source().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  static TableName shop(String name) {
    return new TableName("shop", name);
  }

  static List<String> rules(TablePlan table, String column) {
    return table.columns().stream()
        .filter(each -> each.target().equals(column))
        .flatMap(each -> each.rules().stream())
        .map(ColumnRule::text)
        .toList();
  }

  static List<String> setRules(TablePlan table) {
    return table.setRules().stream().map(SetRule::text).toList();
  }

  static Recovery.Builder recovery(String table) {
    return Recovery.newBuilder()
        .setTable(table)
        .setTooLong(RowRemedy.UNKNOWN)
        .setOutOfRange(RowRemedy.UNKNOWN)
        .setNullInNotNull(RowRemedy.UNKNOWN)
        .setNulBytes(RowRemedy.UNKNOWN)
        .setDuplicates(RowRemedy.UNKNOWN)
        .setOrphans(RowRemedy.UNKNOWN);
  }

  static DeclaredRule.Builder rule(String table, RuleKind kind, String... columns) {
    return DeclaredRule.newBuilder()
        .setTable(table)
        .setColumns(List.of(columns))
        .setKind(kind)
        .setMaxLength(0)
        .setLeast(null)
        .setMost(null)
        .setPattern("")
        .setReferencedTable("")
        .setReferencedColumns(List.of())
        .setRemedy(RowRemedy.UNKNOWN)
        .setDefaultValue(null)
        .setOrderBy(null);
  }
}
