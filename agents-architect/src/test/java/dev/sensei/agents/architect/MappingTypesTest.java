package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sensei.agents.architect.PlanOutcome.Planned;
import dev.sensei.agents.architect.PlanOutcome.Refused;
import dev.sensei.databases.copy.CopyFormat;
import java.util.List;
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

  @Test
  void aConstantIsOneValueOfItsType() throws Exception {
    MappedPlans plans =
        new MappedPlans(
            """
            CREATE TYPE mood AS ENUM ('calm');
            CREATE DOMAIN few AS int CHECK (VALUE < 10);
            CREATE TABLE t (id int PRIMARY KEY);
            INSERT INTO t VALUES (1);
            """);
    String[][] refused = {
      {"CONSTANT_NOT_REPEATABLE", "now", "timestamptz"},
      {"CONSTANT_NOT_REPEATABLE", "Today", "date"},
      {"CONSTANT_NOT_REPEATABLE", "tomorrow 10:00", "timestamp(0)"},
      {"CONSTANT_NOT_REPEATABLE", "now", "time"},
      {"CONSTANT_NOT_REPEATABLE", "{2024-01-01,yesterday}", "date[]"},
      {"CONSTANT_NOT_REPEATABLE", "[today,)", "daterange"},
      {"CAST_FAILS", "four", "varchar(3)"},
      {"CAST_FAILS", "four", "char(3)"},
      {"CAST_FAILS", "1011", "bit varying(3)"},
      {"CAST_FAILS", "keen", "public.mood"},
      {"CAST_FAILS", "10", "public.few"},
      {"CAST_FAILS", "1.5", "int"},
      {"CAST_FAILS", "99999", "smallint"},
      {"CAST_FAILS", "maybe", "boolean"},
      {"CAST_FAILS", "2024-02-30", "date"},
      {"CAST_FAILS", "", "int"},
    };
    for (String[] each : refused) {
      plans.refused(
          each[0], "", Declared.of("public.t").constant("c", each[1], each[2], true).mapping());
    }
    plans.carriedOut(
        Declared.of("public.t")
            .constant("a", "now", "text", true)
            .constant("b", "it's -- 'now' /*", "", true)
            .constant("c", "", "varchar(3)", true)
            .constant("d", "infinity", "timestamptz", true)
            .constant("e", "ab", "char(3)", true)
            .constant("f", "calm", "public.mood", true)
            .constant("g", "9", "public.few", true)
            .constant("h", "allballs", "time", true)
            .constant("i", "epoch", "timestamp", true)
            .mapping());
  }

  @Test
  void aCastThatMayLoseIsARiskAndOneThatFailsIsRefused() throws Exception {
    MappedPlans plans =
        new MappedPlans(
            """
            CREATE TYPE mood AS ENUM ('calm', 'keen');
            CREATE TABLE t (id int PRIMARY KEY, amount numeric, seen timestamptz, mood text, flag int,
              wide float8, digits text, many int[], doc jsonb, padded char(5), short varchar(3),
              day date, span interval, bits bit(3), exact numeric(10, 3), fine timestamp);
            INSERT INTO t VALUES (1, 2.5, '2020-01-01 00:00:00.123456+05', 'calm', 2, 1e10, ' 7 ',
              '{1,2}', '{"a": 1}', 'ab', 'xyz', '2020-02-28', '1 day 25 hours', B'101', 123.456,
              '2020-01-01 00:00:00.5'), (3, -2.5, 'infinity', 'keen', 0, 'NaN', '8', '{NULL}',
              '[]', '', '', 'infinity', '-1 month', B'000', -0.05, '-infinity');
            INSERT INTO t VALUES (2);
            """);
    Planned plan =
        plans.carriedOut(
            Declared.of("public.t")
                .cast("amount", "int")
                .cast("seen", "timestamp")
                .cast("mood", "public.mood")
                .cast("flag", "boolean")
                .cast("wide", "real")
                .cast("digits", "smallint")
                .cast("many", "bigint[]")
                .cast("doc", "text")
                .cast("padded", "varchar(2)")
                .cast("short", "char(7)")
                .cast("day", "timestamptz")
                .cast("span", "time")
                .cast("bits", "int")
                .cast("exact", "numeric(4, 1)")
                .cast("fine", "timestamp(0)")
                .mapping());
    for (String column :
        List.of("amount", "seen", "mood", "flag", "wide", "digits", "exact", "span", "fine")) {
      assertThat(plan.migration().risks())
          .as(column)
          .anyMatch(risk -> risk.startsWith("public.t." + column + ":") && risk.contains("lose"));
    }
    plans.refused("CAST_FAILS", "", Declared.of("public.t").cast("wide", "int").mapping());
    plans.refused("CAST_FAILS", "", Declared.of("public.t").cast("short", "public.mood").mapping());
    plans.refused("CAST_IMPOSSIBLE", "", Declared.of("public.t").cast("day", "int").mapping());
    plans.refused("CAST_IMPOSSIBLE", "", Declared.of("public.t").cast("many", "int").mapping());
  }
}
