package dev.sensei.cli.display;

import dev.sensei.cli.run.PlanSummary;
import dev.sensei.cli.run.PlanSummary.PlannedTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A plan as lines that a person reads before approving. */
public final class PlanText {
  /** The most tables, exceptions or risks listed one by one. */
  private static final int MAX_LISTED = 100;

  private PlanText() {}

  /** The lines, without line ends. */
  public static List<String> lines(PlanSummary plan) {
    List<String> lines = new ArrayList<>();
    lines.add("Plan of " + plan.migrationId() + ", digest " + plan.planDigest());
    lines.add(
        "  %d tables in %d phases, about %s rows and %s, about %s"
            .formatted(
                plan.tables().size(),
                plan.phases(),
                Amounts.count(plan.rowEstimate()),
                Amounts.bytes(plan.byteEstimate()),
                Amounts.clock(Duration.ofSeconds(plan.estimatedSeconds()))));
    for (PlannedTable table : plan.tables().subList(0, listed(plan.tables()))) {
      lines.add(
          "  phase %d  %s%s  about %s rows  confidence %s"
              .formatted(
                  table.phase(),
                  Amounts.printable(table.name()),
                  table.target().equals(table.name())
                      ? ""
                      : " as " + Amounts.printable(table.target()),
                  Amounts.count(table.rowEstimate()),
                  String.format(Locale.ROOT, "%.2f", table.confidence())));
      table.declared().forEach(line -> lines.add("      " + Amounts.printable(line)));
    }
    rest(lines, plan.tables().size());
    if (plan.flaggedMappings() > 0) {
      lines.add("  %d mappings want a second look".formatted(plan.flaggedMappings()));
    }
    section(lines, "Risks", plan.risks());
    section(lines, "Not carried: the target will lack", plan.notCarried());
    return lines;
  }

  private static void section(List<String> lines, String title, List<String> entries) {
    if (entries.isEmpty()) {
      return;
    }
    lines.add("  " + title + ":");
    entries
        .subList(0, listed(entries))
        .forEach(entry -> lines.add("    - " + Amounts.printable(entry)));
    rest(lines, entries.size());
  }

  private static int listed(List<?> all) {
    return Math.min(all.size(), MAX_LISTED);
  }

  private static void rest(List<String> lines, int size) {
    if (size > MAX_LISTED) {
      lines.add(
          "    … and %d more; \"sensei plan ID --json\" lists all".formatted(size - MAX_LISTED));
    }
  }
}
