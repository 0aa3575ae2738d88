package dev.sensei.cli.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresSettings;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SampleShopTest {
  private static final long ROWS = 20_000;

  @TempDir static Path directory;

  @SuppressWarnings("NullAway.Init") // set before the first test
  private static PostgresServer server;

  @BeforeAll
  static void start() throws SQLException {
    server = PostgresServer.start(PostgresSettings.in(directory.resolve("postgres")));
    for (String database : List.of("one", "two")) {
      server.createDatabase(database);
      try (Connection connection = server.endpoint().withDatabase(database).connect()) {
        new SampleShop(ROWS).create(connection);
      }
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void aShopHasAboutAsManyRowsAsAskedForInSomeTwentyTables() throws SQLException {
    assertThat(Long.parseLong(one("select sum(n) from (" + counts() + ") c")))
        .isBetween(ROWS * 9 / 10, ROWS * 12 / 10);
    assertThat(Long.parseLong(one("select count(*) from (" + counts() + ") c where n = 0")))
        .isZero();
    assertThat(
            Long.parseLong(
                one(
                    "select count(*) from pg_class where relnamespace = 'shop'::regnamespace"
                        + " and relkind in ('r', 'p') and not relispartition")))
        .isBetween(20L, 30L);
  }

  @Test
  void twoShopsOfASizeAreTheSame() throws SQLException {
    List<String> tables = all("one", tables());
    assertThat(tables).isNotEmpty();
    for (String table : tables) {
      String digest =
          "select count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' order by"
              + " md5(t::text))), '') from "
              + table
              + " t";
      assertThat(all("one", digest)).as(table).isEqualTo(all("two", digest));
    }
  }

  @Test
  void everyCommonTypeIsThere() throws SQLException {
    List<String> types =
        all(
            "one",
            "select distinct t.typname from pg_attribute a join pg_class c on c.oid = a.attrelid"
                + " join pg_type t on t.oid = a.atttypid where c.relnamespace ="
                + " 'shop'::regnamespace and c.relkind = 'r' and attnum > 0");
    assertThat(types)
        .contains(
            "int2",
            "int4",
            "int8",
            "numeric",
            "float4",
            "float8",
            "money",
            "text",
            "varchar",
            "bpchar",
            "bool",
            "date",
            "time",
            "timetz",
            "timestamp",
            "timestamptz",
            "interval",
            "uuid",
            "bytea",
            "json",
            "jsonb",
            "_text",
            "_float4",
            "inet",
            "cidr",
            "macaddr",
            "daterange",
            "int4range",
            "numrange",
            "tstzrange",
            "tsvector",
            "bit",
            "varbit",
            "xml",
            "point",
            "email",
            "sku",
            "tier");
  }

  @Test
  void theKeysFormCyclesAndNothingNeedsCode() throws SQLException {
    assertThat(
            one(
                "select count(*) from pg_constraint where contype = 'f' and condeferrable"
                    + " and connamespace = 'shop'::regnamespace"))
        .isEqualTo("3");
    assertThat(
            one(
                "select count(*) from pg_constraint where contype = 'f' and conrelid = confrelid"
                    + " and connamespace = 'shop'::regnamespace"))
        .isEqualTo("3");
    assertThat(one("select count(*) from pg_trigger where not tgisinternal")).isEqualTo("0");
    assertThat(one("select count(*) from pg_proc where pronamespace = 'shop'::regnamespace"))
        .isEqualTo("0");
    assertThat(
            one(
                "select count(*) from pg_namespace where nspname !~ '^pg_' and nspname not in"
                    + " ('shop', 'public', 'information_schema')"))
        .isEqualTo("0");
  }

  @Test
  void aSecondShopInTheSameDatabaseIsRefusedAndTheFirstStays() throws SQLException {
    String before = one("select sum(n) from (" + counts() + ") c");
    try (Connection connection = server.endpoint().withDatabase("one").connect()) {
      assertThatThrownBy(() -> new SampleShop(ROWS).create(connection))
          .isInstanceOf(SQLException.class);
      assertThat(connection.getAutoCommit()).isTrue();
    }
    assertThat(one("select sum(n) from (" + counts() + ") c")).isEqualTo(before);
  }

  private static String tables() {
    return "select oid::regclass::text from pg_class where relnamespace = 'shop'::regnamespace"
        + " and relkind = 'r' order by 1";
  }

  private static String counts() {
    return "select (xpath('/row/c/text()', query_to_xml('select count(*) c from ' || t, false,"
        + " true, '')))[1]::text::bigint as n from ("
        + tables()
        + ") x(t)";
  }

  private static String one(String sql) throws SQLException {
    return all("one", sql).getFirst();
  }

  private static List<String> all(String database, String sql) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection = server.endpoint().withDatabase(database).connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return found;
  }
}
