package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.agents.architect.PlanOutcome.Planned;
import org.junit.jupiter.api.Test;

/** What has a whole row of a table that is mapped: its type, or {@code t.*} in a definition. */
class MappingRowsTest {
  private static final String ROWS =
      """
      CREATE TABLE t (id int PRIMARY KEY, v int, w int, CONSTRAINT known CHECK (t.* IS NOT NULL),
        CONSTRAINT big CHECK (t.v > 0));
      CREATE INDEX of_row ON t (v) WHERE t.* IS NOT NULL;
      CREATE INDEX of_column ON t ((t.v + 1));
      CREATE VIEW all_of_it AS SELECT * FROM t;
      CREATE VIEW how_many AS SELECT count(*) FROM t;
      CREATE VIEW as_json AS SELECT id, to_json(t) AS j FROM t;
      CREATE FUNCTION one() RETURNS SETOF t LANGUAGE sql AS 'SELECT 1, 2, 3';
      CREATE FUNCTION json_of() RETURNS json BEGIN ATOMIC
        SELECT to_json(t) FROM t WHERE id = 1; END;;
      INSERT INTO t VALUES (1, 1, 1);
      """;

  @Test
  void aRowUnderAnotherTableNameIsNotCarried() throws Exception {
    MappedPlans plans = new MappedPlans(ROWS);
    Planned plan = plans.carriedOut(Declared.of("public.t").to("crm.u").mapping());
    assertThat(MappedPlans.exceptions(plan))
        .containsExactlyInAnyOrder(
            "check crm.u.known",
            "index crm.u.of_row",
            "routine public.json_of()",
            "routine public.one()",
            "view public.all_of_it",
            "view public.as_json",
            "view public.how_many");
    plan = plans.carriedOut(Declared.of("public.t").to("crm.t").mapping());
    assertThat(MappedPlans.exceptions(plan)).noneMatch(each -> each.startsWith("check"));
  }

  @Test
  void aRowWithAnotherColumnNameIsNotCarried() throws Exception {
    Planned plan =
        new MappedPlans(ROWS).carriedOut(Declared.of("public.t").renamed("w", "x").mapping());
    assertThat(MappedPlans.exceptions(plan))
        .contains(
            "check public.t.known",
            "index public.t.of_row",
            "routine public.json_of()",
            "routine public.one()",
            "view public.all_of_it",
            "view public.as_json")
        .doesNotContain("check public.t.big", "index public.t.of_column");
  }

  @Test
  void aRowWithMoreColumnsIsNotCarriedAndAnyOtherViewIs() throws Exception {
    Planned plan =
        new MappedPlans(ROWS)
            .carriedOut(Declared.of("public.t").added("x", "nullif(w, w)", "").mapping());
    assertThat(MappedPlans.exceptions(plan))
        .containsExactlyInAnyOrder(
            "check public.t.known",
            "index public.t.of_row",
            "routine public.json_of()",
            "routine public.one()",
            "view public.as_json");
  }

  @Test
  void aTableWhoseRowsAreHeldElsewhereStaysAsItIs() throws Exception {
    MappedPlans plans =
        new MappedPlans(
            """
            CREATE TABLE t (id int, w int);
            CREATE VIEW seen AS SELECT w FROM t;
            CREATE TABLE holds (x t, many t[]);
            CREATE TABLE domains (id int, w int);
            CREATE DOMAIN checked AS domains CHECK (VALUE IS NOT NULL);
            CREATE TABLE types (id int, w int);
            CREATE TYPE made_of AS (x types);
            CREATE TABLE views (id int, w int);
            CREATE VIEW of_views AS SELECT w FROM views;
            CREATE TABLE holds_view (x of_views);
            CREATE TABLE counted (id int, w int);
            CREATE FUNCTION highest() RETURNS int BEGIN ATOMIC SELECT max(w) FROM counted; END;;
            CREATE TABLE defaults (a int DEFAULT highest());
            INSERT INTO holds VALUES (ROW(1, 2), ARRAY[ROW(1, 2)::t]);
            """);
    for (String table : new String[] {"t", "domains", "types", "views", "counted"}) {
      plans.refused(
          "NEEDED_AS_IT_IS", "", Declared.of("public." + table).renamed("w", "x").mapping());
    }
    plans.refused("NEEDED_AS_IT_IS", "", Declared.of("public.t").to("crm.t").mapping());
    plans.refused("NEEDED_AS_IT_IS", "", Declared.of("public.t").dropped("w").mapping());
    plans.refused("NEEDED_AS_IT_IS", "", Declared.of("public.t").added("x", "w + 1", "").mapping());
    plans.refused("", "", Declared.of("public.counted").added("x", "w + 1", "").mapping());
  }
}
