package dev.sensei.cli.display;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.cli.run.PlanSummary;
import dev.sensei.cli.run.PlanSummary.PlannedRule;
import dev.sensei.cli.run.PlanSummary.PlannedTable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PlanTextTest {
  private static final PlannedRule CUT = new PlannedRule("name", "max_length 20: truncate", true);
  private static final PlannedRule KEPT = new PlannedRule("age", "not_null: queue", false);

  @Test
  void whoApprovesReadsRulesFormsAndDoubts() {
    PlannedTable customers =
        new PlannedTable(
            "shop.customers",
            "crm.clients",
            false,
            "shop.customers",
            2,
            1_000,
            0.6,
            List.of("column name text becomes name character varying(20)"),
            "SELECT ctid, CASE WHEN a THEN 1 END,\nleft(name, 20) FROM ONLY \"shop\".\"customers\"",
            List.of(KEPT, CUT, new PlannedRule("", "unique (code): keep_first", false)),
            List.of("kind regclass holds an object id"),
            List.of("age bigint -> age integer, confidence 0.60, needs a person: narrower"));

    List<String> lines = PlanText.lines(plan(List.of(customers)));

    assertThat(lines)
        .containsSubsequence(
            "  phase 2  shop.customers as crm.clients  about 1,000 rows  in the target already"
                + "  confidence 0.60",
            "      column name text becomes name character varying(20)",
            "      read by: SELECT ctid, CASE WHEN a THEN 1 END,",
            "      left(name, 20) FROM ONLY \"shop\".\"customers\"",
            "  Rules, by columns of the target: up to 5 rows may be set aside:",
            "    - shop.customers: name: max_length 20: truncate",
            "    - shop.customers: age: not_null: queue",
            "    - shop.customers: unique (code): keep_first",
            "  Copied as text, all others in binary form:",
            "    - shop.customers: kind regclass holds an object id",
            "  Mappings to look at:",
            "    - shop.customers: age bigint -> age integer, confidence 0.60, needs a person:"
                + " narrower",
            "  Risks:");
  }

  @Test
  void aHugePlanStaysReadableAndHidesNoChangeOfValues() {
    List<PlannedTable> tables = new ArrayList<>();
    for (int number = 0; number < 5_000; number++) {
      tables.add(table("shop.t" + number, "shop.t" + number, List.of(), List.of(KEPT)));
    }
    for (int number = 0; number < 1_000; number++) {
      tables.add(table("shop.event_" + number, "shop.event", List.of(), List.of(KEPT)));
    }
    tables.add(table("shop.last", "shop.last", List.of("column a is dropped"), List.of(CUT)));

    List<String> lines = PlanText.lines(plan(tables));

    assertThat(lines).hasSizeLessThan(250);
    assertThat(lines)
        .contains(
            "      column a is dropped",
            "    - shop.last: name: max_length 20: truncate",
            "    … and 5901 more; \"./sensei plan ID --json\" lists all");
    assertThat(PlanText.lines(plan(tables.subList(5_000, 6_000))))
        .contains("    - shop.event: age: not_null: queue (1,000 of its partitions)");
  }

  @Test
  void aLongQueryIsShortened() {
    PlannedTable table =
        new PlannedTable(
            "a.b",
            "a.c",
            true,
            "a.b",
            1,
            1,
            1,
            List.of("table a.b becomes a.c"),
            "x".repeat(3_000),
            List.of(),
            List.of(),
            List.of());

    assertThat(PlanText.lines(plan(List.of(table))))
        .anyMatch(
            line ->
                line.endsWith("… and 1,009 characters more; \"./sensei plan ID --json\" has all"));
  }

  private static PlannedTable table(
      String name, String root, List<String> declared, List<PlannedRule> rules) {
    return new PlannedTable(
        name, name, true, root, 1, 1, 1, declared, "", rules, List.of(), List.of());
  }

  private static PlanSummary plan(List<PlannedTable> tables) {
    return new PlanSummary(
        "m-1",
        "ab".repeat(32),
        tables,
        1,
        1,
        1,
        1,
        0,
        "up to 5 rows may be set aside",
        List.of(),
        List.of("a risk"));
  }
}
