package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.agents.architect.PlanOutcome.Planned;
import dev.sensei.agents.plan.TableText;
import dev.sensei.agents.testing.MigrationOptions;
import dev.sensei.agents.testing.OnPostgres;
import dev.sensei.platform.PostgresServer;
import dev.sensei.schemas.common.DeclaredRule;
import dev.sensei.schemas.common.Options;
import dev.sensei.schemas.common.Recovery;
import dev.sensei.schemas.common.RowRemedy;
import dev.sensei.schemas.common.RuleKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is said of a partitioned table holds for the rows of its partitions. */
class RulesOverPartitionsTest {
  private static final String EVENTS =
      """
      CREATE TABLE kind (id int PRIMARY KEY);
      CREATE TABLE event (id int, day date, note text, kind int) PARTITION BY RANGE (day);
      CREATE TABLE event_24 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')
        PARTITION BY LIST (id);
      CREATE TABLE event_24_a PARTITION OF event_24 FOR VALUES IN (1);
      CREATE TABLE event_rest PARTITION OF event DEFAULT;
      """;
  private static final List<String> PARTITIONS = List.of("event_24_a", "event_rest");

  @SuppressWarnings("NullAway.Init") // set before every test
  private static PostgresServer.Endpoint source;

  @BeforeAll
  static void makeSource() throws SQLException {
    source =
        Plans.database(
            EVENTS
                + "INSERT INTO event VALUES (1, '2024-05-05', NULL, 1), (2, '2020-01-01', NULL, 1),"
                + " (3, '2020-01-02', 'n', 1)");
  }

  private static Planned ruled(DeclaredRule.Builder... rules) throws SQLException {
    return Plans.planned(source, Plans.empty(), options(rules));
  }

  private static Options options(DeclaredRule.Builder... rules) {
    return MigrationOptions.unset()
        .setRules(List.of(rules).stream().map(DeclaredRule.Builder::build).toList())
        .build();
  }

  @Test
  void aRuleHoldsForEveryPartitionAndItsRowsAreLookedAt() throws SQLException {
    Planned plan = ruled(Plans.rule("public.event", RuleKind.NOT_NULL, "note"));
    for (String partition : PARTITIONS) {
      assertThat(Plans.rules(Plans.table(plan, partition), "note"))
          .containsExactly("not_null: queue");
    }
    assertThat(TableText.rules(Plans.table(plan, "event"))).isEmpty();
    try (Connection connection = source.connect()) {
      assertThat(new RuleSample(connection).look(plan.tables()).counts())
          .extracting(count -> count.table().name() + " " + count.broken())
          .containsExactlyInAnyOrder("event_24_a 1", "event_rest 1");
    }
  }

  @Test
  void aRuleOfOnePartitionHoldsThereAloneAndItsDefaultGoesFirst() throws SQLException {
    Planned plan =
        ruled(
            Plans.rule("public.event", RuleKind.NOT_NULL, "note")
                .setRemedy(RowRemedy.USE_DEFAULT)
                .setDefaultValue("all"),
            Plans.rule("public.event_rest", RuleKind.NOT_NULL, "note")
                .setRemedy(RowRemedy.USE_DEFAULT)
                .setDefaultValue("rest"));
    assertThat(TableText.query(Plans.table(plan, "event_rest"), plan.migration().errorLimit()))
        .contains("coalesce(coalesce(\"note\", 'rest'::text), 'all'::text)");
    assertThat(TableText.query(Plans.table(plan, "event_24_a"), plan.migration().errorLimit()))
        .contains("'all'")
        .doesNotContain("'rest'");
  }

  @Test
  void aRecoveryHoldsForEveryPartitionThatHasNoneOfItsOwn() throws SQLException {
    PostgresServer.Endpoint target =
        Plans.database(
            EVENTS.replace("note text, kind int)", "note varchar(3), kind int REFERENCES kind)"));
    Recovery all =
        Plans.recovery("public.event")
            .setTooLong(RowRemedy.TRUNCATE)
            .setOrphans(RowRemedy.QUEUE)
            .build();
    Recovery one = Plans.recovery("public.event_rest").setTooLong(RowRemedy.QUEUE).build();
    Planned plan =
        Plans.planned(
            source, target, MigrationOptions.unset().setRecovery(List.of(one, all)).build());
    assertThat(Plans.rules(Plans.table(plan, "event_24_a"), "note"))
        .containsExactly("max_length 3: truncate");
    assertThat(Plans.rules(Plans.table(plan, "event_rest"), "note"))
        .containsExactly("max_length 3: queue");
    for (String partition : PARTITIONS) {
      assertThat(Plans.setRules(Plans.table(plan, partition)))
          .containsExactly("reference (kind) to public.kind (id): queue");
    }
  }

  @Test
  void whatIsUniqueNamesAllThatDecidesWhereARowIs() throws SQLException {
    for (List<String> tooFew : List.of(List.of("note"), List.of("note", "day"))) {
      PlanOutcome.Refused refused =
          Plans.refused(
              source,
              Plans.empty(),
              options(Plans.rule("public.event", RuleKind.UNIQUE, tooFew.toArray(String[]::new))));
      assertThat(refused.code()).isEqualTo("RULE_PARTITIONED");
      assertThat(refused.message())
          .contains(
              "public.event", "(" + String.join(", ", tooFew) + ")", "name the others in with");
    }
    Planned plan = ruled(Plans.rule("public.event", RuleKind.UNIQUE, "note", "day", "id"));
    for (String partition : PARTITIONS) {
      assertThat(Plans.setRules(Plans.table(plan, partition)))
          .containsExactly("unique (note, day, id): queue");
    }
    assertThat(
            Plans.setRules(
                Plans.table(
                    ruled(Plans.rule("public.event_rest", RuleKind.UNIQUE, "note")), "event_rest")))
        .containsExactly("unique (note): queue");
  }

  @Test
  void aUniqueRuleOverAnExpressionOfTheKeyIsRefused() throws SQLException {
    PostgresServer.Endpoint computed =
        Plans.database(
            "CREATE TABLE e (note text) PARTITION BY LIST (lower(note));"
                + " CREATE TABLE e_a PARTITION OF e DEFAULT");
    assertThat(
            Plans.refused(
                    computed,
                    OnPostgres.newDatabase("none"),
                    options(Plans.rule("public.e", RuleKind.UNIQUE, "note")))
                .code())
        .isEqualTo("RULE_PARTITIONED");
  }
}
