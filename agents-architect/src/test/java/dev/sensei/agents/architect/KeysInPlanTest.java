package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.agents.architect.PlanOutcome.Planned;
import dev.sensei.agents.testing.MigrationOptions;
import dev.sensei.platform.PostgresServer;
import dev.sensei.schemas.common.Options;
import dev.sensei.schemas.common.RowRemedy;
import dev.sensei.schemas.common.RuleKind;
import dev.sensei.schemas.common.TableMapping;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Keys of the target that no key of the source holds for the values that are copied. */
class KeysInPlanTest {
  @SuppressWarnings("NullAway.Init") // set before every test
  private static PostgresServer.Endpoint source;

  @BeforeAll
  static void makeSource() throws SQLException {
    source = Plans.database(Plans.CUSTOMERS);
  }

  private static Planned planned(Options.Builder options, TableMapping... mappings)
      throws Exception {
    return Plans.planned(Plans.mapped(source, options, mappings));
  }

  @Test
  void aKeyOverOtherValuesThanTheSourcesIsARule() throws Exception {
    Planned plan =
        planned(
            MigrationOptions.unset()
                .setRecovery(
                    List.of(Plans.recovery("").setDuplicates(RowRemedy.KEEP_FIRST).build())),
            Declared.of("public.customer")
                .computed("email", "lower(email)")
                .cast("id", "bigint")
                .cast("code", "text")
                .cast("amount", "integer")
                .mapping(),
            Declared.of("public.purchase").cast("customer", "bigint").mapping());
    // Whole numbers of any width are told apart as before, and so are texts.
    assertThat(Plans.setRules(Plans.table(plan, "customer")))
        .containsExactlyInAnyOrder("unique (email): keep_first", "unique (amount): keep_first");
    assertThat(Plans.setRules(Plans.table(plan, "purchase")))
        .containsExactly("reference (email) to public.customer (email): fail");
  }

  @Test
  void aKeyWhoseValuesARuleRepairsIsARule() throws Exception {
    Planned plan =
        planned(
            MigrationOptions.unset()
                .setRules(
                    List.of(
                        Plans.rule("public.customer", RuleKind.MAX_LENGTH, "code")
                            .setMaxLength(1)
                            .setRemedy(RowRemedy.TRUNCATE)
                            .build())));
    assertThat(Plans.setRules(Plans.table(plan, "customer")))
        .containsExactly("unique (code): queue");
  }

  @Test
  void whatAPersonSaysOfAKeyGoesBeforeWhatTheTargetAsksFor() throws Exception {
    Planned plan =
        planned(
            MigrationOptions.unset()
                .setRules(
                    List.of(
                        Plans.rule("public.customer", RuleKind.UNIQUE, "email")
                            .setRemedy(RowRemedy.KEEP_LAST)
                            .build())),
            Declared.of("public.customer").computed("email", "lower(email)").mapping());
    assertThat(Plans.setRules(Plans.table(plan, "customer")))
        .containsExactly("unique (email): keep_last");
  }

  @Test
  void aKeyOfTheTargetOverAColumnThatGetsNoValuesIsNoRule() throws SQLException {
    Planned plan =
        Plans.planned(
            Plans.database("CREATE TABLE t (a int)"),
            Plans.database(
                "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int)"),
            Databases.OPTIONS);
    assertThat(Plans.setRules(Plans.table(plan, "t"))).isEmpty();
  }
}
