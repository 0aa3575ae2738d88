package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.agents.architect.PlanOutcome.Planned;
import org.junit.jupiter.api.Test;

/** Tables and columns under names of any kind, with what belongs to them. */
class MappingNamesTest {
  @Test
  void namesThatSqlHasToQuoteAreTakenAsTheyAre() throws Exception {
    MappedPlans plans =
        new MappedPlans(
            """
            CREATE SCHEMA "a.b";
            CREATE TABLE "a.b"."t""q" ("Id" serial PRIMARY KEY, "a""b" int NOT NULL, "c,d" text,
              "e)f" text, "g\nh" text, "Mixed" text UNIQUE, "É" text, é text);
            CREATE INDEX "i""x" ON "a.b"."t""q" ("c,d" DESC, "e)f") INCLUDE ("g\nh");
            CREATE TABLE "a.b".kid ("Kid,Id" int PRIMARY KEY,
              "Par)ent" int REFERENCES "a.b"."t""q" ON DELETE SET NULL ("Par)ent"));
            INSERT INTO "a.b"."t""q" ("a""b", "c,d", "e)f", "g\nh", "Mixed", "É", é)
              VALUES (1, 'x', 'y', 'z', 'm', 'E', 'e');
            INSERT INTO "a.b".kid VALUES (1, 1);
            """);
    Planned plan =
        plans.carriedOut(
            Declared.of("\"a.b\".\"t\"\"q\"")
                .to("\"C.d\".\"U\"\"v\"")
                .renamed("Id", "new\"Id")
                .renamed("a\"b", "b\"a")
                .renamed("c,d", "d,(c")
                .renamed("e)f", "f\n(e")
                .renamed("g\nh", "select")
                .renamed("Mixed", "mixed")
                .renamed("É", "é")
                .renamed("é", "É")
                .mapping(),
            Declared.of("\"a.b\".kid")
                .renamed("Par)ent", "Pa,r")
                .renamed("Kid,Id", "user")
                .mapping());
    assertThat(plan.migration().exceptions()).isEmpty();
  }

  @Test
  void aNameMayHave63BytesAndNoMore() throws Exception {
    MappedPlans plans =
        new MappedPlans(
            "CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'v')");
    plans.carriedOut(
        Declared.of("public.t")
            .to("public." + "ü".repeat(31) + "x")
            .renamed("v", "y".repeat(63))
            .mapping());
    plans.refused(
        "NAME_TOO_LONG", "", Declared.of("public.t").renamed("v", "y".repeat(64)).mapping());
    plans.refused(
        "NAME_TOO_LONG", "", Declared.of("public.t").to("public." + "ü".repeat(32)).mapping());
    plans.refused("NAME_TOO_LONG", "", Declared.of("public.t").to("x".repeat(64) + ".t").mapping());
  }

  @Test
  void anOperatorClassWithParametersFollowsItsColumn() throws Exception {
    MappedPlans plans =
        new MappedPlans(
            """
            CREATE TABLE t (id int PRIMARY KEY, w int);
            CREATE INDEX one ON t USING brin (w int4_minmax_multi_ops (values_per_range = 16), id);
            CREATE INDEX two ON t USING brin (w int4_minmax_multi_ops (values_per_range = 16))
              WITH (pages_per_range = 7);
            INSERT INTO t VALUES (1, 1);
            """);
    Planned plan = plans.carriedOut(Declared.of("public.t").renamed("w", "a,b)").mapping());
    assertThat(plan.migration().exceptions()).isEmpty();
  }

  /** On a server that has names for NOT NULL. */
  @Test
  void theNotNullOfAnAddedColumnGetsANameOfItsOwn() throws Exception {
    MappedPlans plans =
        new MappedPlans(
            """
            CREATE TABLE t (id int, w int CONSTRAINT t_y_not_null NOT NULL,
              CONSTRAINT t_z_not_null CHECK (w > 0));
            INSERT INTO t VALUES (1, 1);
            """);
    plans.carriedOut(
        Declared.of("public.t")
            .constant("y", "1", "int", true)
            .constant("z", "1", "int", true)
            .constant("x".repeat(63), "1", "int", true)
            .constant("x".repeat(62) + "y", "1", "int", true)
            .constant("\uD83D\uDC18".repeat(15), "1", "int", true)
            .mapping());
  }
}
