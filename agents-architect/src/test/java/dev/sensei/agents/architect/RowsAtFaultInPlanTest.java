package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.agents.architect.PlanOutcome.Planned;
import dev.sensei.agents.architect.PlanOutcome.Refused;
import dev.sensei.agents.architect.mapping.MappingRefused;
import dev.sensei.agents.testing.MigrationOptions;
import dev.sensei.platform.PostgresServer;
import dev.sensei.schemas.common.DeclaredRule;
import dev.sensei.schemas.common.Options;
import dev.sensei.schemas.common.RowRemedy;
import dev.sensei.schemas.common.RuleKind;
import dev.sensei.schemas.common.TableMapping;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of rows at fault: casts that fail, defaults, and what is proposed. */
class RowsAtFaultInPlanTest {
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
  void aCastThatFailsIsARuleWhereItsRowsMayBeSetAsideOrRepaired() throws Exception {
    TableMapping cast = Declared.of("public.customer").cast("cust_ref", "integer").mapping();
    assertThatThrownBy(() -> Plans.mapped(source, MigrationOptions.unset(), cast))
        .asInstanceOf(InstanceOfAssertFactories.throwable(MappingRefused.class))
        .satisfies(
            refused -> {
              assertThat(refused.code()).isEqualTo("CAST_FAILS");
              assertThat(refused.message()).contains("recovery.outOfRange", "errors.maxRows");
            });
    for (Options.Builder options :
        List.of(
            MigrationOptions.unset().setErrorMaxRows(100),
            MigrationOptions.unset()
                .setRecovery(
                    List.of(
                        Plans.recovery("public.customer")
                            .setOutOfRange(RowRemedy.SET_NULL)
                            .build())))) {
      Planned plan = planned(options, cast);
      try (Connection connection = source.connect()) {
        assertThat(new RuleSample(connection).look(plan.tables()).counts())
            .singleElement()
            .returns(1L, RuleSample.Count::broken);
      }
    }
  }

  @Test
  void aCastThatFailsIsRefusedWhereNothingTellsOrKeepsItsRows() throws Exception {
    Options.Builder queued = MigrationOptions.unset().setErrorMaxRows(100);
    for (TableMapping declared :
        List.of(
            Declared.of("public.customer").constant("added", "abc", "integer", false).mapping(),
            Declared.of("public.customer")
                .column("cust_ref", "", "integer", "cust_ref::int")
                .mapping())) {
      assertThatThrownBy(() -> Plans.mapped(source, queued, declared))
          .isInstanceOf(MappingRefused.class);
    }
    // No remedy changes the values of a key.
    assertThatThrownBy(
            () ->
                Plans.mapped(
                    source,
                    MigrationOptions.unset()
                        .setRecovery(
                            List.of(Plans.recovery("").setOutOfRange(RowRemedy.SET_NULL).build())),
                    Declared.of("public.customer").cast("email", "integer").mapping()))
        .isInstanceOf(MappingRefused.class);
  }

  @ParameterizedTest
  @CsvSource({
    "varchar(3), unknown, true",
    "varchar(3), new, false",
    "char(5), ab, false",
    "char(2), abc, true",
    "'numeric(4,1)', 1.55, true",
    "'numeric(4,1)', 1.5, false",
    "timestamp(0), 2024-01-01 00:00:00.7, true",
    "text, anything, false",
  })
  void aDefaultThatItsColumnCutsOffIsRefused(String type, String literal, boolean changes)
      throws SQLException {
    PostgresServer.Endpoint target = Plans.database("CREATE TABLE t (a %s)".formatted(type));
    DeclaredRule rule =
        Plans.rule("public.t", RuleKind.NOT_NULL, "a")
            .setRemedy(RowRemedy.USE_DEFAULT)
            .setDefaultValue(literal)
            .build();
    Planned plan =
        Plans.planned(
            Plans.database("CREATE TABLE t (a %s)".formatted(type)),
            target,
            MigrationOptions.unset().setRules(List.of(rule)).build());
    try (Connection connection = source.connect()) {
      Optional<Refused> refused =
          new RuleSample(connection).unreadable(plan.tables(), List.of(rule));
      assertThat(refused.map(Refused::code))
          .isEqualTo(changes ? Optional.of("RULE_DEFAULT_CHANGES") : Optional.empty());
      refused.ifPresent(found -> assertThat(found.message()).doesNotContain(literal));
    }
  }

  @Test
  void onlyWhatKeepsRowsIsProposed() throws SQLException {
    PostgresServer.Endpoint from =
        Plans.database(
            """
            CREATE TABLE t (name text, n text, d text);
            CREATE TABLE u (code text);
            INSERT INTO t VALUES (NULL, 'x', NULL), ('abcd', '1', 'd');
            INSERT INTO u VALUES ('a'), ('a');
            """);
    PostgresServer.Endpoint to =
        Plans.database(
            "CREATE TABLE t (name varchar(3) NOT NULL, n int NOT NULL, d text);"
                + " CREATE TABLE u (code text)");
    Options options =
        MigrationOptions.unset()
            .setErrorMaxRows(10)
            .setRules(
                List.of(
                    Plans.rule("public.t", RuleKind.MAX_LENGTH, "name").setMaxLength(3).build(),
                    Plans.rule("public.t", RuleKind.NOT_NULL, "d").build(),
                    Plans.rule("public.u", RuleKind.UNIQUE, "code").build()))
            .build();
    Planned plan = Plans.planned(from, to, options);
    PlanInput input = Databases.input(from, to, options);
    RuleProposals proposals =
        new RuleProposals(
            plan.tables(),
            plan.migration().errorLimit(),
            new DeclaredRules(options, Ancestry.of(input.source())));
    try (Connection connection = from.connect()) {
      assertThat(new RuleSample(connection).look(plan.tables()).counts())
          .extracting(proposals::line)
          .containsExactlyInAnyOrder(
              "public.t.name: 1 of 2 sampled rows are longer than 3 characters; they would go to"
                  + " the error queue; its remedy: truncate keeps them",
              "public.t.name: 1 of 2 sampled rows have no value; they would go to the error queue",
              "public.t.n: 1 of 2 sampled rows cannot become integer; they would go to the error"
                  + " queue",
              "public.t.d: 1 of 2 sampled rows have no value; they would go to the error queue",
              "public.u: 2 of 2 rows are equal to others in (code), which is unique; they would go"
                  + " to the error queue; its remedy: keep_first keeps one of each");
    }
  }
}
