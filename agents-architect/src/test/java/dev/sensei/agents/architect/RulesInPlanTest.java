package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sensei.agents.architect.PlanOutcome.Planned;
import dev.sensei.agents.architect.PlanOutcome.Refused;
import dev.sensei.agents.plan.ErrorLimit;
import dev.sensei.agents.plan.PlanJson;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.plan.TableReading;
import dev.sensei.agents.plan.TableText;
import dev.sensei.agents.testing.MigrationOptions;
import dev.sensei.databases.rules.SetRule;
import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresSettings;
import dev.sensei.schemas.common.DeclaredRule;
import dev.sensei.schemas.common.Options;
import dev.sensei.schemas.common.RowRemedy;
import dev.sensei.schemas.common.RuleKind;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RulesInPlanTest {
  private static final String SOURCE =
      """
      CREATE TABLE country (code text, name text);
      CREATE TABLE customer (id bigint PRIMARY KEY, name text, short varchar(10), age int,
        country text, note json, seen text, address inet, points bigint);
      INSERT INTO country VALUES ('de', 'Germany'), ('de', 'Allemagne'), ('fr', 'France');
      INSERT INTO customer VALUES
        (1, 'Ada', 'a', 36, 'de', '{}', '2024-01-01', NULL, 7),
        (3000000000, repeat('n', 30), 'b', NULL, 'xx', '"\\u0000"', 'long ago', NULL, 3000000000),
        (3, 'Bob', 'c', 200, NULL, '{}', '2024-02-30', NULL, NULL);
      """;
  private static final String TARGET =
      """
      CREATE TABLE country (code text PRIMARY KEY, name text);
      CREATE TABLE customer (id int PRIMARY KEY, name varchar(20), short varchar(20),
        age int NOT NULL DEFAULT 18, country text REFERENCES country, note jsonb, seen date,
        address inet, points int);
      """;

  private static final String QUEUED =
      "they would go to the error queue (errors.maxRows is 0: the table would fail)";

  private PostgresServer server;
  private PostgresServer.Endpoint source;
  private PostgresServer.Endpoint target;

  @BeforeAll
  void start(@TempDir Path directory) throws SQLException {
    server = PostgresServer.start(PostgresSettings.in(directory).with("fsync", "off"));
    source = Databases.database(server, "source", SOURCE);
    target = Databases.database(server, "target", TARGET);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void aColumnHasTheRulesThatItsTargetAsksForAndItsSourceDoesNotGuarantee() throws SQLException {
    Planned plan = planned(MigrationOptions.unset());
    TablePlan customer = Plans.table(plan, "customer");
    assertThat(Plans.rules(customer, "id")).containsExactly("fits_type: queue");
    assertThat(Plans.rules(customer, "name")).containsExactly("max_length 20: queue");
    assertThat(Plans.rules(customer, "short")).isEmpty();
    assertThat(Plans.rules(customer, "age")).containsExactly("not_null: queue");
    assertThat(Plans.rules(customer, "note"))
        .containsExactly("no_nul_bytes: queue", "fits_type: queue");
    assertThat(Plans.rules(customer, "seen")).containsExactly("fits_type: queue");
    assertThat(Plans.rules(customer, "address")).isEmpty();
    assertThat(customer.setRules().stream().map(SetRule::text))
        .containsExactly("reference (country) to public.country (code): refused");
    assertThat(Plans.table(plan, "country").setRules().stream().map(SetRule::text))
        .containsExactly("unique (code): queue");
    TablePlan country = Plans.table(plan, "country");
    assertThat(TableReading.of(country, new ErrorLimit(0, 100)).isPlain()).isTrue();
    assertThat(TableReading.of(country, new ErrorLimit(5, 100)).isPlain()).isFalse();
    // A target cuts blanks off without a word, so that it does not uphold a length.
    assertThat(TableReading.of(customer, new ErrorLimit(0, 100)).isPlain()).isFalse();
  }

  @Test
  void aTableThatIsMadeAsItsSourceIsHasNoRules() throws SQLException {
    PlanInput input =
        Databases.input(source, server.createDatabase("none"), MigrationOptions.unset().build());
    assertThat(((Planned) Planner.plan(input)).tables()).noneMatch(TablePlan::hasRules);
  }

  @Test
  void recoveryNamesTheRemediesOfAllTablesOrOfOne() throws SQLException {
    Planned plan =
        planned(
            MigrationOptions.unset()
                .setRecovery(
                    List.of(
                        Plans.recovery("")
                            .setTooLong(RowRemedy.TRUNCATE)
                            .setOutOfRange(RowRemedy.CLAMP)
                            .setNullInNotNull(RowRemedy.USE_DEFAULT)
                            .setNulBytes(RowRemedy.STRIP)
                            .setDuplicates(RowRemedy.KEEP_FIRST)
                            .setOrphans(RowRemedy.QUEUE)
                            .build(),
                        Plans.recovery("public.customer").setTooLong(RowRemedy.QUEUE).build())));
    TablePlan customer = Plans.table(plan, "customer");
    assertThat(Plans.rules(customer, "points")).containsExactly("fits_type: clamp");
    // Another row may have the key that it would be brought to.
    assertThat(Plans.rules(customer, "id")).containsExactly("fits_type: queue");
    assertThat(Plans.rules(customer, "name")).containsExactly("max_length 20: queue");
    assertThat(Plans.rules(customer, "age")).containsExactly("not_null: default");
    assertThat(Plans.rules(customer, "note"))
        .containsExactly("no_nul_bytes: strip", "fits_type: queue");
    // A date has no nearest for a text.
    assertThat(Plans.rules(customer, "seen")).containsExactly("fits_type: queue");
    assertThat(customer.setRules().stream().map(SetRule::text))
        .containsExactly("reference (country) to public.country (code): queue");
    assertThat(Plans.table(plan, "country").setRules().stream().map(SetRule::text))
        .containsExactly("unique (code): keep_first");
    assertThat(TableReading.of(customer, new ErrorLimit(0, 100)).isPlain()).isFalse();
  }

  @Test
  void declaredRulesStandBesideAndAreReadBackFromThePlan() throws SQLException {
    Planned plan =
        planned(
            MigrationOptions.unset()
                .setRules(
                    List.of(
                        rule("age", RuleKind.RANGE)
                            .setLeast("0")
                            .setMost("120")
                            .setRemedy(RowRemedy.CLAMP)
                            .build(),
                        rule("name", RuleKind.PATTERN).setPattern("[A-Z].*").build(),
                        rule("name", RuleKind.MAX_LENGTH)
                            .setMaxLength(10)
                            .setRemedy(RowRemedy.TRUNCATE)
                            .build(),
                        rule("short", RuleKind.MAX_LENGTH).setMaxLength(12).build(),
                        rule("name", RuleKind.NOT_NULL)
                            .setRemedy(RowRemedy.USE_DEFAULT)
                            .setDefaultValue("O'Hara")
                            .build(),
                        rule("name", RuleKind.UNIQUE)
                            .setColumns(List.of("name", "age"))
                            .setRemedy(RowRemedy.KEEP_LAST)
                            .setOrderBy("id")
                            .build())));
    TablePlan customer = Plans.table(plan, "customer");
    assertThat(Plans.rules(customer, "age"))
        .containsExactlyInAnyOrder("not_null: queue", "range [0, 120]: clamp");
    assertThat(Plans.rules(customer, "name"))
        .containsExactlyInAnyOrder(
            "max_length 10: truncate", "pattern [A-Z].*: queue", "not_null: default");
    // varchar(10) has no more than 12 characters.
    assertThat(Plans.rules(customer, "short")).isEmpty();
    assertThat(customer.setRules().stream().map(SetRule::text))
        .contains("unique (name, age): keep_last by id");
    assertThat(PlanJson.readTable(PlanJson.write(customer))).isEqualTo(customer);
    assertThat(plan.migration().errorLimit().text())
        .isEqualTo("the first row to be set aside fails its table");
    assertThat(TableText.rules(customer))
        .contains(
            new TableText.Rule("age", "range [0, 120]: clamp", true),
            new TableText.Rule("name", "pattern [A-Z].*: queue", false),
            new TableText.Rule("", "unique (name, age): keep_last by id", false));
  }

  @Test
  void aRuleThatCannotBeHeldIsRefusedWithItsReason() throws SQLException {
    assertThat(refused(rule("age", RuleKind.MAX_LENGTH).setMaxLength(3)))
        .extracting(Refused::code, Refused::object)
        .containsExactly("RULE_REFUSED", "public.customer.age");
    assertThat(refused(rule("nothing", RuleKind.NOT_NULL)).code()).isEqualTo("RULE_COLUMN_UNKNOWN");
    assertThat(refused(rule("name", RuleKind.NOT_NULL).setTable("public.nothing")).code())
        .isEqualTo("RULE_TABLE_UNKNOWN");
    assertThat(refused(rule("name", RuleKind.NOT_NULL).setRemedy(RowRemedy.USE_DEFAULT)).message())
        .contains("expected a constant as the default of public.customer.name, found none");
    assertThat(
            refused(
                    rule("country", RuleKind.REFERENCE)
                        .setReferencedTable("public.country")
                        .setReferencedColumns(List.of("nothing")))
                .object())
        .isEqualTo("public.country.nothing");
  }

  @Test
  void theSampleTellsHowManyRowsAreAtFaultAndWhatKeepsThem() throws SQLException {
    Planned plan =
        planned(
            MigrationOptions.unset()
                .setRules(
                    List.of(
                        rule("age", RuleKind.RANGE)
                            .setMost("120")
                            .setRemedy(RowRemedy.CLAMP)
                            .build())));
    RuleProposals proposals =
        new RuleProposals(
            plan.tables(),
            plan.migration().errorLimit(),
            new DeclaredRules(
                MigrationOptions.unset()
                    .setRules(
                        List.of(
                            rule("age", RuleKind.RANGE)
                                .setMost("120")
                                .setRemedy(RowRemedy.CLAMP)
                                .build()))
                    .build(),
                new Ancestry(Map.of())));
    try (Connection connection = source.connect()) {
      RuleSample.Seen seen = new RuleSample(connection).look(plan.tables());
      assertThat(seen.unseen()).isEmpty();
      assertThat(seen.counts().stream().map(proposals::line))
          .containsExactlyInAnyOrder(
              "public.customer.id: 1 of 3 sampled rows cannot become integer; " + QUEUED,
              "public.customer.name: 1 of 3 sampled rows are longer than 20 characters; "
                  + QUEUED
                  + "; recovery.tooLong: truncate keeps them",
              "public.customer.age: 1 of 3 sampled rows have no value; "
                  + QUEUED
                  + "; recovery.nullInNotNull: default keeps them",
              "public.customer.age: 1 of 3 sampled rows lie outside of their range; they would be"
                  + " repaired (clamp)",
              "public.customer.note: 1 of 3 sampled rows hold the character 0; "
                  + QUEUED
                  + "; recovery.nulBytes: strip keeps them",
              "public.customer.note: 1 of 3 sampled rows cannot become jsonb; "
                  + QUEUED
                  + "; recovery.outOfRange: null keeps them",
              "public.customer.seen: 2 of 3 sampled rows cannot become date; "
                  + QUEUED
                  + "; recovery.outOfRange: null keeps them",
              "public.customer.points: 1 of 3 sampled rows cannot become integer; "
                  + QUEUED
                  + "; recovery.outOfRange: clamp keeps them",
              "public.country: 2 of 3 rows are equal to others in (code), which is unique; "
                  + QUEUED
                  + "; recovery.duplicates: keep_first keeps one of each",
              "public.customer: 1 of 3 rows refer by (country) to rows of public.country that are"
                  + " not there; the target refuses such rows; "
                  + QUEUED);
    }
  }

  @Test
  void whatTheServerCannotReadOfARuleIsRefusedAndNotRepeated() throws SQLException {
    for (DeclaredRule.Builder wrong :
        List.of(
            rule("name", RuleKind.PATTERN).setPattern("se(cret"),
            rule("seen", RuleKind.RANGE).setLeast("secret"))) {
      Planned plan = planned(MigrationOptions.unset().setRules(List.of(wrong.build())));
      try (Connection connection = source.connect()) {
        assertThat(new RuleSample(connection).unreadable(plan.tables(), List.of(wrong.build())))
            .hasValueSatisfying(
                refused -> {
                  assertThat(refused.code()).isEqualTo("RULE_UNREADABLE");
                  assertThat(refused.message()).doesNotContain("secret").doesNotContain("se(");
                });
      }
    }
  }

  @Test
  void aLookThatTakesTooLongOrCannotBeTakenIsNamed() throws SQLException {
    Planned plan = planned(MigrationOptions.unset());
    try (Connection connection = source.connect()) {
      RuleSample sample = new RuleSample(connection);
      try (java.sql.Statement statement = connection.createStatement()) {
        statement.execute("SET enable_seqscan = on; SET ROLE pg_monitor");
      }
      assertThat(sample.look(plan.tables()).unseen())
          .anyMatch(
              line ->
                  line.equals(
                      "public.customer: rows that do not keep its rules were not counted; the"
                          + " source's server said 42501"));
    }
  }

  private static DeclaredRule.Builder rule(String column, RuleKind kind) {
    return Plans.rule("public.customer", kind, column);
  }

  private PlanInput input(Options.Builder options) throws SQLException {
    return Databases.input(source, target, options.build());
  }

  private Planned planned(Options.Builder options) throws SQLException {
    PlanOutcome outcome = Planner.plan(input(options));
    assertThat(outcome).asInstanceOf(type(Planned.class)).isNotNull();
    return (Planned) outcome;
  }

  private Refused refused(DeclaredRule.Builder rule) throws SQLException {
    PlanOutcome outcome =
        Planner.plan(input(MigrationOptions.unset().setRules(List.of(rule.build()))));
    assertThat(outcome).asInstanceOf(type(Refused.class)).isNotNull();
    return (Refused) outcome;
  }
}
