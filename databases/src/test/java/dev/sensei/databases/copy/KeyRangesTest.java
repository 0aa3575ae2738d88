package dev.sensei.databases.copy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.databases.DatabaseUri;
import dev.sensei.databases.TableName;
import dev.sensei.databases.TestServer;
import dev.sensei.databases.TwoDatabases;
import dev.sensei.databases.copy.ChunkPlanSettings.Ranges;
import dev.sensei.databases.digest.CanonicalSession;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row lies in one range of a key and in one only, whatever the key is of. */
class KeyRangesTest {
  private static final long SEED = Long.getLong("keys.seed", new Random().nextLong());

  /**
   * A table with a key.
   *
   * @param name names the key
   * @param columns the table's columns, with the key or without
   * @param more statements behind the table's, each ended by a semicolon
   * @param values what row g has, for g from 1; no key twice
   */
  record Keyed(String name, String columns, String more, String values) {
    static Keyed of(String name, String columns, String values) {
      return new Keyed(name, columns, "", values);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** Odd in a literal, in a driver's eyes, and in a collation's. */
  private static final String ODD =
      "(ARRAY['', '''', '\\', 'Ä', 'a-b', 'A b', '?', '{d ''x''}', '$1', E'\\n', 'zz;--', '%'])"
          + "[1 + g % 12] || md5((g * 7919)::text)";

  private static final List<Keyed> KEYS =
      List.of(
          Keyed.of("int", "k int PRIMARY KEY", "(g * 7919) % 100003 - 50000"),
          Keyed.of("bigint", "k bigint PRIMARY KEY", "9223372036854775807 - g * 7::bigint"),
          Keyed.of("text", "k text PRIMARY KEY", ODD),
          Keyed.of("text in C", "k text COLLATE \"C\" PRIMARY KEY", ODD),
          Keyed.of("text in ICU", "k text COLLATE \"de-x-icu\" PRIMARY KEY", ODD),
          Keyed.of(
              "text where case does not count",
              "k text COLLATE any_case PRIMARY KEY",
              "CASE WHEN g % 2 = 0 THEN 'KEY ' ELSE 'key ' END || g"),
          new Keyed(
              "text that is indexed in another collation",
              "k text COLLATE \"de-x-icu\" NOT NULL",
              "CREATE UNIQUE INDEX ON t (k COLLATE \"C\");",
              ODD),
          Keyed.of("varchar", "k varchar(60) PRIMARY KEY", ODD),
          Keyed.of("char", "k char(50) PRIMARY KEY", ODD),
          Keyed.of("name", "k name PRIMARY KEY", "('n' || md5(g::text))::name"),
          Keyed.of("citext", "k public.citext PRIMARY KEY", "(" + ODD + ")::public.citext"),
          Keyed.of(
              "two of citext",
              "a public.citext, b public.citext, PRIMARY KEY (a, b)",
              "('A' || g % 3)::public.citext, ('b' || g)::public.citext"),
          Keyed.of("uuid", "k uuid PRIMARY KEY", "md5(g::text)::uuid"),
          Keyed.of(
              "numeric",
              "k numeric PRIMARY KEY",
              "CASE g WHEN 1 THEN 'NaN' ELSE 1.0 / g - g % 17 END"),
          Keyed.of(
              "float8",
              "k float8 PRIMARY KEY",
              "CASE g WHEN 1 THEN 'NaN' WHEN 2 THEN 'Infinity' WHEN 3 THEN '-Infinity'"
                  + " WHEN 4 THEN '-0' WHEN 5 THEN 5e-324 ELSE exp(sqrt(g)) / 3 - 1e3 END"),
          Keyed.of("float4", "k float4 PRIMARY KEY", "(g::float4 / 7)"),
          Keyed.of(
              "timestamptz",
              "k timestamptz PRIMARY KEY",
              "CASE g WHEN 1 THEN 'infinity' WHEN 2 THEN '-infinity'"
                  + " WHEN 3 THEN '0044-03-15 12:00:00.000001+00 BC'"
                  + " ELSE '2024-01-01'::timestamptz + g * interval '1 day 1.000001 second' END"),
          Keyed.of(
              "date",
              "k date PRIMARY KEY",
              "CASE g WHEN 1 THEN 'infinity' ELSE '2024-01-01'::date - g END"),
          Keyed.of("interval", "k interval PRIMARY KEY", "g * interval '-1 mon 29 days -3.5 sec'"),
          Keyed.of("bytea", "k bytea PRIMARY KEY", "decode(md5(g::text), 'hex')"),
          Keyed.of("bits", "k bit(17) PRIMARY KEY", "g::bit(17)"),
          Keyed.of("array", "k int[] PRIMARY KEY", "ARRAY[g % 5, g]"),
          Keyed.of("range", "k int4range PRIMARY KEY", "int4range(g % 5, g + 10)"),
          Keyed.of("row", "k pair PRIMARY KEY", "ROW(g % 5, 'a\"b' || g)::pair"),
          Keyed.of("jsonb", "k jsonb PRIMARY KEY", "jsonb_build_object('a', 'b''\\' || g)"),
          Keyed.of(
              "cidr",
              "k cidr PRIMARY KEY",
              "('10.' || g / 250 || '.' || g % 250 || '.0/24')::cidr"),
          Keyed.of("regclass", "k regclass PRIMARY KEY", "(1000 + g)::oid::regclass"),
          Keyed.of("money", "k money PRIMARY KEY", "(g * 7 - 900)::money"),
          Keyed.of("two", "a int, b text, PRIMARY KEY (a, b)", "g % 3, " + ODD),
          Keyed.of(
              "three, one of an enum",
              "a mood, b uuid, c date, PRIMARY KEY (a, b, c)",
              "(ARRAY['keen', 'calm', 'odd ''one'''])[1 + g % 3]::mood, md5((g % 50)::text)::uuid,"
                  + " '2024-01-01'::date + g"),
          Keyed.of("domains", "a number, b word, PRIMARY KEY (a, b)", "g % 7, ('w' || g)::varchar"),
          Keyed.of(
              "names in quotes",
              "\"Odd \"\"Key\"\" ?\" int, \"select\" int, PRIMARY KEY (\"select\", \"Odd"
                  + " \"\"Key\"\" ?\")",
              "g, g % 5"),
          new Keyed(
              "downwards",
              "a int NOT NULL, b int NOT NULL",
              "CREATE UNIQUE INDEX ON t (a DESC, b DESC);",
              "g % 5, g"),
          new Keyed(
              "NULL first",
              "a int NOT NULL, b int NOT NULL",
              "CREATE UNIQUE INDEX ON t (a NULLS FIRST, b NULLS FIRST);",
              "g % 5, g"),
          new Keyed(
              "downwards, NULL last",
              "a int NOT NULL",
              "CREATE UNIQUE INDEX ON t (a DESC NULLS LAST) INCLUDE (a);",
              "g"),
          new Keyed(
              "by another class than the type's own",
              "k varchar(60) NOT NULL",
              "CREATE UNIQUE INDEX ON t (k bpchar_ops);",
              ODD));

  private static final String TYPES =
      """
      CREATE EXTENSION citext;
      CREATE TYPE mood AS ENUM ('odd ''one''', 'keen', 'calm');
      CREATE TYPE pair AS (a int, b text);
      CREATE DOMAIN number AS int CHECK (VALUE >= 0);
      CREATE DOMAIN short_word AS varchar(20) COLLATE "C";
      CREATE DOMAIN word AS short_word CHECK (VALUE <> '');
      CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      -- Casts and operators that a session's path or a cast to text would fall for.
      CREATE FUNCTION said(mood) RETURNS text LANGUAGE sql AS $$ SELECT 'mood'::text $$;
      CREATE CAST (mood AS text) WITH FUNCTION said(mood);
      """;

  private static final class Databases {
    static final List<DatabaseUri> ALL = TestServer.all().map(Databases::prepared).toList();

    private static DatabaseUri prepared(TestServer server) {
      DatabaseUri database = server.newDatabase();
      TestServer.execute(database, TYPES);
      return database;
    }
  }

  record Case(DatabaseUri database, int number, Keyed keyed) {
    @Override
    public String toString() {
      return keyed + " at " + database.port();
    }
  }

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (DatabaseUri database : Databases.ALL) {
      for (Keyed keyed : KEYS) {
        cases.add(new Case(database, cases.size(), keyed));
      }
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyRowIsInOneRange(Case each) throws SQLException {
    Random random = new Random(SEED + each.number());
    int rows = 600 + random.nextInt(900);
    int perChunk = 1 + random.nextInt(rows / 4);
    TableName table = new TableName("case_" + each.number(), "t");
    TestServer.execute(
        each.database(),
        "CREATE SCHEMA %1$s; SET search_path = %1$s, public; CREATE TABLE t (%2$s); %3$s %4$s"
            .formatted(
                table.schema(),
                each.keyed().columns(),
                each.keyed().more(),
                insert(each.keyed(), "g % 2 = 0", rows)));
    try (Connection source = TestServer.connect(each.database())) {
      CanonicalSession.pin(source);
      ChunkPlan plan =
          ChunkPlanner.plan(
              source,
              table,
              new ChunkPlanSettings(perChunk, 0, 1L << 40, 100_000).with(Ranges.BY_KEY));
      String what = "seed %d, %d rows, %d in a chunk".formatted(SEED, rows / 2, perChunk);
      assertThat(sizes(source, plan)).as(what).isEqualTo(wanted(rows / 2, perChunk));
      assertThat(inRanges(source, plan)).as(what).isEqualTo(inTable(source, table));
      assertThat(source.getAutoCommit()).isTrue();
      assertThat(TwoDatabases.ask(source, "SHOW enable_sort")).isEqualTo("on");

      source.setAutoCommit(false);
      for (ChunkBounds bounds : plan.chunks()) {
        assertThat(explained(source, table, bounds))
            .as("%s %s", what, bounds)
            .containsPattern("(Index|Bitmap Heap) .*Scan")
            .contains("Index Cond")
            .doesNotContain("Filter", "Seq Scan");
      }
      source.setAutoCommit(true);

      // Keys between, below and above those that the ranges were made from.
      TwoDatabases.run(
          source,
          "SET search_path = " + table.schema() + ", public",
          insert(each.keyed(), "g % 2 = 1 OR g > " + rows, rows + 100));
      CanonicalSession.pin(source);
      assertThat(inRanges(source, plan)).as(what).isEqualTo(inTable(source, table));
    }
  }

  private static String insert(Keyed keyed, String which, int rows) {
    return "INSERT INTO t SELECT %s FROM generate_series(1, %d) g WHERE %s"
        .formatted(keyed.values(), rows, which);
  }

  private static List<Long> wanted(int rows, int perChunk) {
    List<Long> sizes = new ArrayList<>();
    int left = rows;
    while (left > perChunk) {
      sizes.add((long) perChunk);
      left -= perChunk;
    }
    sizes.add((long) left);
    return sizes;
  }

  private static List<Long> sizes(Connection source, ChunkPlan plan) throws SQLException {
    List<Long> sizes = new ArrayList<>();
    for (ChunkBounds bounds : plan.chunks()) {
      sizes.add(
          Long.parseLong(
              TwoDatabases.ask(
                  source,
                  "SELECT count(*) FROM ONLY " + plan.table().quoted() + bounds.whereClause())));
    }
    return sizes;
  }

  /** How many rows the ranges have, and how many of these are different rows. */
  private static String inRanges(Connection source, ChunkPlan plan) throws SQLException {
    String union =
        String.join(
            " UNION ALL ",
            plan.chunks().stream()
                .map(
                    bounds ->
                        "SELECT ctid AS at FROM ONLY "
                            + plan.table().quoted()
                            + bounds.whereClause())
                .toList());
    return TwoDatabases.ask(
        source, "SELECT count(*) || ' ' || count(DISTINCT at) FROM (" + union + ") u");
  }

  private static String inTable(Connection source, TableName table) throws SQLException {
    return TwoDatabases.ask(
        source, "SELECT count(*) || ' ' || count(*) FROM ONLY " + table.quoted());
  }

  private static String explained(Connection source, TableName table, ChunkBounds bounds)
      throws SQLException {
    CopySpec spec = CopySpec.of(table, table, List.of(new CopyColumn("1", "one")), bounds);
    try (var statement = source.createStatement()) {
      spec.prepare(source);
      StringBuilder text = new StringBuilder();
      try (var row = statement.executeQuery("EXPLAIN " + spec.selectSql())) {
        while (row.next()) {
          text.append(row.getString(1)).append('\n');
        }
      }
      return text.toString();
    } finally {
      source.rollback();
    }
  }
}
