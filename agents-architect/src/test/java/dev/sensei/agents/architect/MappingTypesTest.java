package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sensei.agents.architect.PlanOutcome.Planned;
import dev.sensei.agents.architect.PlanOutcome.Refused;
import dev.sensei.databases.copy.CopyFormat;
import org.junit.jupiter.api.Test;

/** Types of columns that are mapped, and of those beside them. */
class MappingTypesTest {
  @Test
  void valuesWithoutABinaryFormTravelAsTextInMappedTablesToo() throws Exception {
    MappedPlans plans =
        new MappedPlans(
            """
            CREATE TABLE untouched (id int PRIMARY KEY, rights aclitem, what regclass);
            CREATE TABLE mapped (id int PRIMARY KEY, rights aclitem, what regclass, name text);
            CREATE TABLE cast_to (id int PRIMARY KEY, name text);
            INSERT INTO untouched VALUES (1, ('=r/' || current_user)::aclitem, 'pg_class');
            INSERT INTO mapped VALUES (1, ('=r/' || current_user)::aclitem, 'pg_class', 'pg_type');
            INSERT INTO cast_to VALUES (1, 'pg_type');
            """);
    Planned plan =
        plans.carriedOut(
            Declared.of("public.mapped").renamed("rights", "granted").mapping(),
            Declared.of("public.cast_to").cast("name", "regclass").mapping());
    assertThat(plan.tables()).hasSize(3).allMatch(table -> table.format() == CopyFormat.TEXT);
  }

  @Test
  void whatIsCarriedIsJudgedByTheTypesThatTheTargetGets() throws Exception {
    MappedPlans plans =
        new MappedPlans(
            """
            CREATE TYPE spread AS RANGE (SUBTYPE = int);
            CREATE TABLE t (id int PRIMARY KEY, tree pg_node_tree, name text);
            """);
    plans.carriedOut(Declared.of("public.t").dropped("tree").mapping());
    plans.carriedOut(Declared.of("public.t").cast("tree", "text").mapping());
    assertThat(plans.outcome(plans.empty(), Declared.of("public.t").renamed("name", "n").mapping()))
        .asInstanceOf(type(Refused.class))
        .extracting(Refused::code)
        .isEqualTo("TYPE_NOT_CARRIED");
    assertThat(
            plans.outcome(
                plans.empty(),
                Declared.of("public.t").dropped("tree").cast("name", "public.spread").mapping()))
        .asInstanceOf(type(Refused.class))
        .extracting(Refused::code)
        .isEqualTo("TYPE_MISSING");
  }
}
