package dev.sensei.cli.fidelity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.sensei.agents.testing.Migration;
import dev.sensei.agents.testing.MigrationOptions;
import dev.sensei.cli.fidelity.InProcessMigration.Result;
import dev.sensei.platform.PostgresServer;
import dev.sensei.schemas.common.AddedColumn;
import dev.sensei.schemas.common.DeclaredColumn;
import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.common.TableMapping;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables that are mapped, made by the migration or filled, between servers of two versions. */
class MappedTablesTest {
  private static final String SOURCE =
      """
      CREATE TYPE tier AS ENUM ('bronze', 'gold');
      CREATE TABLE people (id serial PRIMARY KEY, ref varchar(40) NOT NULL UNIQUE, first text,
        last text, born date, notes text, tier tier, score numeric(6, 2), what regclass);
      CREATE TABLE "Odd Orders" ("Order No" int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        person int REFERENCES people ON DELETE CASCADE, total numeric);
      CREATE INDEX ON "Odd Orders" (person);
      INSERT INTO people (ref, first, last, born, notes, tier, score, what)
        SELECT 'r' || n, 'f' || n, CASE WHEN n % 7 > 0 THEN 'l' || n END, date '1950-01-01' + n, 'x',
          (CASE WHEN n % 2 = 0 THEN 'gold' ELSE 'bronze' END)::tier, n / 4.0, 'pg_class'
        FROM generate_series(1, 500) n;
      INSERT INTO "Odd Orders" (person, total) SELECT 1 + n % 500, n + 0.5 FROM generate_series(1, 700) n;
      """;

  /** Filled tables, one of them with a column and rows of its own. */
  private static final String TARGET =
      """
      CREATE SCHEMA crm;
      CREATE TABLE crm.clients (id int PRIMARY KEY, reference text NOT NULL UNIQUE, name text NOT NULL,
        born_in int, tier text, score int, origin varchar(10) NOT NULL, extra int DEFAULT 7,
        what regclass);
      CREATE TABLE crm.orders ("Order No" int PRIMARY KEY, client int REFERENCES crm.clients,
        total bigint);
      INSERT INTO crm.clients VALUES (-1, 'theirs', 'theirs', NULL, 'none', 1, 'here', 8, NULL);
      INSERT INTO crm.orders VALUES (-1, -1, 1);
      """;

  private static final List<TableMapping> MAPPINGS =
      List.of(
          new TableMapping(
              "public.people",
              "crm.clients",
              List.of(
                  changed("ref", "reference", "text", ""),
                  dropped("first"),
                  dropped("last"),
                  dropped("notes"),
                  changed("born", "born_in", "int", "extract(year from born)"),
                  changed("tier", "", "text", ""),
                  changed("score", "", "int", "")),
              List.of(
                  new AddedColumn(
                      "name", "text", "first || coalesce(' ' || last, '')", null, false),
                  new AddedColumn("origin", "varchar(10)", "", "it's old", true))),
          new TableMapping(
              "public.\"Odd Orders\"",
              "crm.orders",
              List.of(changed("person", "client", "", ""), changed("total", "", "bigint", "")),
              List.of()));

  private static DeclaredColumn changed(
      String column, String target, String type, String expression) {
    return new DeclaredColumn(column, false, target, type, expression);
  }

  private static DeclaredColumn dropped(String column) {
    return new DeclaredColumn(column, true, "", "", "");
  }

  @ParameterizedTest
  @CsvSource({
    "REFUSE, EIGHTEEN, FIFTEEN",
    "APPEND, EIGHTEEN, EIGHTEEN",
    "APPEND, FIFTEEN, FIFTEEN",
    "TRUNCATE, EIGHTEEN, EIGHTEEN",
    "TRUNCATE, FIFTEEN, EIGHTEEN"
  })
  void everyRowArrivesAsItWasDeclared(ExistingRows existing, Server from, Server to)
      throws Exception {
    assumeThat(from.available() && to.available()).as("PostgreSQL 15 is installed").isTrue();
    boolean made = existing == ExistingRows.REFUSE;
    PostgresServer.Endpoint source = from.newDatabase(Optional.empty());
    PostgresServer.Endpoint target = to.newDatabase(Optional.empty());
    Server.run(source, SOURCE);
    Server.run(target, made ? "" : TARGET);
    from.confuse(source);
    to.confuse(target);
    InProcessMigration migration =
        new InProcessMigration(
            source,
            target,
            MigrationOptions.unset()
                .setChunkRows(200)
                .setExistingRows(existing)
                .setMappings(MAPPINGS)
                .build(),
            true);

    Result result = migration.run();

    assertThat(result)
        .isInstanceOfSatisfying(
            Result.Moved.class, moved -> assertThat(moved.differences()).isEmpty());
    String read =
        "SELECT count(*) || ' ' || md5(string_agg(r, ' ' ORDER BY r COLLATE \"C\")) FROM (SELECT %s"
            + " FROM %s) s(r)";
    assertThat(
            Migration.ask(
                target,
                read.formatted(
                    "concat_ws(',', id, reference, name, born_in, tier, score, origin, what)",
                    "crm.clients WHERE id > 0")))
        .startsWith("500 ")
        .isEqualTo(
            Migration.ask(
                source,
                read.formatted(
                    "concat_ws(',', id, ref, first || coalesce(' ' || last, ''), extract(year from"
                        + " born)::int, tier, score::int, 'it''s old', what)",
                    "public.people")));
    assertThat(
            Migration.ask(
                target,
                read.formatted(
                    "concat_ws(',', \"Order No\", client, total)", "crm.orders WHERE client > 0")))
        .startsWith("700 ")
        .isEqualTo(
            Migration.ask(
                source,
                read.formatted(
                    "concat_ws(',', \"Order No\", person, total::bigint)",
                    "public.\"Odd Orders\"")));
    assertThat(
            Migration.ask(
                target,
                "SELECT (SELECT count(*) FROM crm.clients WHERE id < 0) + (SELECT count(*) FROM"
                    + " crm.orders WHERE client < 0)"))
        .isEqualTo(existing == ExistingRows.APPEND ? "2" : "0");
    assertThat(
            Migration.ask(
                target,
                "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated"
                    + " AND confrelid = 'crm.clients'::regclass"))
        .isEqualTo("1");
  }

  /** Each version tells in words of its own how it reads an expression. */
  @ParameterizedTest
  @EnumSource
  void anExpressionIsLookedIntoOnEveryVersion(Server from) throws Exception {
    assumeThat(from.available()).as("PostgreSQL 15 is installed").isTrue();
    PostgresServer.Endpoint source = from.newDatabase(Optional.empty());
    PostgresServer.Endpoint target = from.newDatabase(Optional.empty());
    Server.run(source, SOURCE);
    Map<String, String> refusals =
        Map.ofEntries(
            Map.entry("count(*)", "EXPRESSION_NOT_OF_ONE_ROW"),
            Map.entry("row_number() OVER (ORDER BY id)", "EXPRESSION_NOT_OF_ONE_ROW"),
            Map.entry("generate_series(1, id)", "EXPRESSION_NOT_OF_ONE_ROW"),
            Map.entry("(SELECT max(id) FROM public.people)", "EXPRESSION_NOT_OF_ONE_ROW"),
            Map.entry("id + random()", "EXPRESSION_NOT_REPEATABLE"),
            Map.entry("'now'::timestamptz", "EXPRESSION_NOT_REPEATABLE"),
            Map.entry("current_date", "EXPRESSION_NOT_REPEATABLE"),
            Map.entry("nextval('public.people_id_seq')", "EXPRESSION_NOT_REPEATABLE"),
            Map.entry("ctid", "EXPRESSION_NOT_REPEATABLE"),
            Map.entry("people", "ROW_TYPE"),
            Map.entry("id; SELECT 1", "EXPRESSION_INVALID"),
            Map.entry("id) + (id", "EXPRESSION_INVALID"),
            Map.entry("$1", "EXPRESSION_INVALID"),
            Map.entry("1 / (id - 3)", "EXPRESSION_FAILS"));
    for (Map.Entry<String, String> each : refusals.entrySet()) {
      TableMapping mapping =
          new TableMapping(
              "public.people",
              "",
              List.of(),
              List.of(new AddedColumn("more", "", each.getKey(), null, false)));
      Result result =
          new InProcessMigration(
                  source,
                  target,
                  MigrationOptions.unset().setMappings(List.of(mapping)).build(),
                  true)
              .run();
      assertThat(result)
          .as(each.getKey())
          .isInstanceOfSatisfying(
              Result.Refused.class,
              refused -> assertThat(refused.code()).isEqualTo(each.getValue()));
    }
  }
}
