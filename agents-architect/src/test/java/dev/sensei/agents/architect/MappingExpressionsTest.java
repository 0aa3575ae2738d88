package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.BeforeAll;
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
        "last_name::int|EXPRESSION_FAILS"
      })
  void anExpressionIsOneValueOverOneRowAndAlwaysTheSame(String expression, String code)
      throws Exception {
    Declared customers = Declared.of("shop.customers").added("more", expression, "");
    plans.refused(code == null ? "" : code, "canary", customers.mapping());
    assertThat(MappedPlans.value(plans.source(), "SELECT count(*) FROM shop.orders"))
        .isEqualTo("50");
  }
}
