package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.agents.architect.mapping.MappedSource;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorClass;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a person declares as an expression, tried on a source. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MappingExpressionsTest {
  private MappedPlans plans;

  @BeforeAll
  void shop() throws SQLException {
    plans = new MappedPlans(MappedPlans.SHOP);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "upper(first_name)|",
        "shop.twice(score)|",
        "to_char(born, 'YYYY')|",
        "concat(first_name, ' ', last_name)|",
        "born::text|",
        "(score + 1) * 2 -- why|",
        "CASE WHEN tier = 'gold' THEN 1 ELSE 0 END|",
        "count(*)|EXPRESSION_NOT_OF_ONE_ROW",
        "first_name || max(last_name)|EXPRESSION_NOT_OF_ONE_ROW",
        "row_number() OVER ()|EXPRESSION_NOT_OF_ONE_ROW",
        "(SELECT 1)|EXPRESSION_NOT_OF_ONE_ROW",
        "EXISTS (SELECT FROM shop.orders)|EXPRESSION_NOT_OF_ONE_ROW",
        "generate_series(1, score)|EXPRESSION_NOT_OF_ONE_ROW",
        "random()|EXPRESSION_NOT_REPEATABLE",
        "score + random()|EXPRESSION_NOT_REPEATABLE",
        "now()|EXPRESSION_NOT_REPEATABLE",
        "current_date|EXPRESSION_NOT_REPEATABLE",
        "current_user|EXPRESSION_NOT_REPEATABLE",
        "'now'::timestamptz|EXPRESSION_NOT_REPEATABLE",
        "age(born)|EXPRESSION_NOT_REPEATABLE",
        "nextval('shop.customers_id_seq')|EXPRESSION_NOT_REPEATABLE",
        "shop.looked_up(score)|EXPRESSION_NOT_REPEATABLE",
        "first_name ||| last_name|EXPRESSION_INVALID",
        "first_name ||| |EXPRESSION_INVALID",
        "unknown_column|EXPRESSION_INVALID",
        "unknown_function(score)|EXPRESSION_INVALID",
        "score, id|EXPRESSION_INVALID",
        "score) , (id|EXPRESSION_INVALID",
        "score) OR (id|EXPRESSION_INVALID",
        "score AS x|EXPRESSION_INVALID",
        "1; DROP TABLE shop.orders|EXPRESSION_INVALID",
        "1); COMMIT; DROP TABLE shop.orders; SELECT (1|EXPRESSION_INVALID",
        "(score, id)|EXPRESSION_INVALID",
        "shop.orders.id|EXPRESSION_INVALID",
        "1 / (score - 3)|EXPRESSION_FAILS",
        "last_name::int|EXPRESSION_FAILS",
        "repeat(last_name, 2000000000)|EXPRESSION_FAILS",
        "score;|EXPRESSION_INVALID",
        ";|EXPRESSION_INVALID",
        "-- nothing|EXPRESSION_INVALID",
        "score /* open|EXPRESSION_INVALID",
        "(score|EXPRESSION_INVALID",
        "score)|EXPRESSION_INVALID",
        "score FROM shop.customers --|EXPRESSION_INVALID",
        "score INTO more|EXPRESSION_INVALID",
        "score LIMIT 1|EXPRESSION_INVALID",
        "DISTINCT score|EXPRESSION_INVALID",
        "*|EXPRESSION_INVALID",
        "DEFAULT|EXPRESSION_INVALID",
        "$1|EXPRESSION_INVALID",
        "score + $1|EXPRESSION_INVALID",
        "{fn now()}|EXPRESSION_INVALID",
        "notes::unknown|EXPRESSION_INVALID",
        "born::json|EXPRESSION_INVALID",
        "'orders'::regclass|EXPRESSION_INVALID",
        "NULL|",
        "NULL::int + score|",
        "coalesce(notes, NULL)|",
        "ARRAY(SELECT 1)|EXPRESSION_NOT_OF_ONE_ROW",
        "score IN (VALUES (1))|EXPRESSION_NOT_OF_ONE_ROW",
        "sum(score) OVER (ORDER BY id)|EXPRESSION_NOT_OF_ONE_ROW",
        "count(*) FILTER (WHERE true)|EXPRESSION_NOT_OF_ONE_ROW",
        "unnest(ARRAY[1, 2])|EXPRESSION_NOT_OF_ONE_ROW",
        "regexp_matches(notes, 'x', 'g')|EXPRESSION_NOT_OF_ONE_ROW",
        "gen_random_uuid()|EXPRESSION_NOT_REPEATABLE",
        "clock_timestamp()|EXPRESSION_NOT_REPEATABLE",
        "current_setting('TimeZone')|EXPRESSION_NOT_REPEATABLE",
        "set_config('search_path', 'x', false)|EXPRESSION_NOT_REPEATABLE",
        "pg_sleep(10)|EXPRESSION_NOT_REPEATABLE",
        "to_tsvector(notes)|EXPRESSION_NOT_REPEATABLE",
        "txid_current()|EXPRESSION_NOT_REPEATABLE",
        "ctid|EXPRESSION_NOT_REPEATABLE",
        "xmin::text|EXPRESSION_NOT_REPEATABLE",
        "tableoid::regclass::text|",
        "customers|ROW_TYPE",
        "ARRAY[customers]|ROW_TYPE",
        "ROW(1, 1, 'x', 1)::shop.totals|EXPRESSION_INVALID",
        "ROW(1, 1)::shop.totals|ROW_TYPE",
        "ROW(1, 1)|EXPRESSION_INVALID"
      })
  void anExpressionIsOneValueOverOneRowAndAlwaysTheSame(String expression, String code)
      throws Exception {
    Declared customers = Declared.of("shop.customers").added("more", expression, "");
    plans.refused(code == null ? "" : code, "canary", customers.mapping());
    assertThat(MappedPlans.value(plans.source(), "SELECT count(*) FROM shop.orders"))
        .isEqualTo("50");
  }

  @Test
  void signsWithinWordsAndCommentsAreNone() throws Exception {
    for (String sound :
        List.of("';' /* ; */ || $$;$$ || '--' || E'\\'' || \"notes\"", "-- before\n score")) {
      plans.refused("", "", Declared.of("shop.customers").added("more", sound, "").mapping());
    }
    plans.refused(
        "EXPRESSION_INVALID",
        "",
        Declared.of("shop.customers").added("more", "score\0", "").mapping());
  }

  @Test
  void aTypeThatIsATablesRowIsRefused() throws Exception {
    plans.refused(
        "ROW_TYPE", "", Declared.of("shop.customers").cast("notes", "shop.customers").mapping());
    plans.refused(
        "ROW_TYPE", "", Declared.of("shop.customers").cast("notes", "shop.totals[]").mapping());
  }

  @Test
  void aSessionThatIsLostIsNoFaultOfTheExpression() throws Exception {
    PlanInput input = Databases.input(plans.source(), plans.empty(), Databases.OPTIONS);
    try (Connection lost = plans.source().connect();
        Statement statement = lost.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
      row.next();
      MappedPlans.value(
          plans.source(), "SELECT pg_terminate_backend(%d, 20000)".formatted(row.getInt(1)));
      assertThatThrownBy(
              () ->
                  MappedSource.of(
                      lost,
                      List.of(Declared.of("shop.event").computed("note", "upper(note)").mapping()),
                      input.source(),
                      input.target(),
                      CastRecovery.of(input)))
          .isInstanceOfSatisfying(
              DatabaseException.class,
              failed -> assertThat(failed.errorClass()).isEqualTo(ErrorClass.TRANSIENT));
    }
  }

  /** A pooler between us and the source that takes the server's messages out. */
  @Test
  void anExpressionThatNobodyCanLookIntoIsRefused() throws Exception {
    try (SilentPooler pooler = new SilentPooler(plans.source())) {
      MappedPlans behind = plans.through(pooler.endpoint());
      behind.refused(
          "EXPRESSION_UNCHECKED",
          "canary",
          Declared.of("shop.customers").computed("notes", "upper(notes)").mapping());
      behind.refused("", "", Declared.of("shop.customers").cast("score", "bigint").mapping());
    }
  }
}
