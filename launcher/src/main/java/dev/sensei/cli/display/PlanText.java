package dev.sensei.cli.display;

import dev.sensei.cli.run.PlanSummary;
import dev.sensei.cli.run.PlanSummary.PlannedRule;
import dev.sensei.cli.run.PlanSummary.PlannedTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A plan as lines that a person reads before approving. Of a plan with very many tables those come
 * first of which somebody declared something, and rules that change values; what all partitions of
 * a table have to keep is one line.
 */
public final class PlanText {
  /** The most tables, rules, exceptions or risks listed one by one. */
  private static final int MAX_LISTED = 100;

  /** The most characters of a query. */
  private static final int MAX_QUERY = 2_000;

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
    tables(lines, plan.tables());
    section(lines, "Rules, by columns of the target: " + plan.errorLimit(), rules(plan.tables()));
    section(
        lines,
        "Copied as text, all others in binary form",
        ofPartitions(plan.tables(), PlannedTable::textColumns));
    section(lines, "Mappings to look at", ofPartitions(plan.tables(), PlannedTable::toLookAt));
    section(lines, "Risks", plan.risks());
    section(lines, "Not carried: the target will lack", plan.notCarried());
    return lines;
  }

  private static void tables(List<String> lines, List<PlannedTable> all) {
    Set<PlannedTable> listed =
        all.stream()
            .sorted(Comparator.comparing(table -> table.declared().isEmpty()))
            .limit(MAX_LISTED)
            .collect(Collectors.toSet());
    for (PlannedTable table : all) {
      if (listed.contains(table)) {
        lines.add(
            "  phase %d  %s%s  about %s rows%s  confidence %s"
                .formatted(
                    table.phase(),
                    Amounts.printable(table.name()),
                    table.target().equals(table.name())
                        ? ""
                        : " as " + Amounts.printable(table.target()),
                    Amounts.count(table.rowEstimate()),
                    table.created() ? "" : "  in the target already",
                    String.format(Locale.ROOT, "%.2f", table.confidence())));
        table.declared().forEach(line -> lines.add("      " + Amounts.printable(line)));
        if (!table.declared().isEmpty() && !table.query().isEmpty()) {
          shortened("read by: " + table.query())
              .lines()
              .forEach(line -> lines.add("      " + Amounts.printable(line)));
        }
      }
    }
    rest(lines, all.size());
  }

  private static String shortened(String query) {
    return query.length() <= MAX_QUERY
        ? query
        : "%s … and %s characters more; \"./sensei plan ID --json\" has all"
            .formatted(query.substring(0, MAX_QUERY), Amounts.count(query.length() - MAX_QUERY));
  }

  /** Those that change values first. */
  private static List<String> rules(List<PlannedTable> tables) {
    List<String> lines =
        new ArrayList<>(
            ofPartitions(
                tables,
                table ->
                    table.rules().stream()
                        .filter(PlannedRule::repairs)
                        .map(PlanText::line)
                        .toList()));
    lines.addAll(
        ofPartitions(
            tables,
            table ->
                table.rules().stream()
                    .filter(rule -> !rule.repairs())
                    .map(PlanText::line)
                    .toList()));
    return lines;
  }

  private static String line(PlannedRule rule) {
    return (rule.column().isEmpty() ? "" : rule.column() + ": ") + rule.rule();
  }

  /** Lines with the table they are about; one for all partitions of which the same is said. */
  private static List<String> ofPartitions(
      List<PlannedTable> tables, Function<PlannedTable, List<String>> lines) {
    Map<String, Map<String, List<String>>> said = new LinkedHashMap<>();
    for (PlannedTable table : tables) {
      for (String line : lines.apply(table)) {
        said.computeIfAbsent(table.root(), root -> new LinkedHashMap<>())
            .computeIfAbsent(line, each -> new ArrayList<>())
            .add(table.name());
      }
    }
    List<String> all = new ArrayList<>();
    said.forEach(
        (root, byLine) ->
            byLine.forEach(
                (line, named) ->
                    all.add(
                        named.size() == 1
                            ? "%s: %s".formatted(named.getFirst(), line)
                            : "%s: %s (%s of its partitions)"
                                .formatted(root, line, Amounts.count(named.size())))));
    return all;
  }

  private static void section(List<String> lines, String title, List<String> entries) {
    if (entries.isEmpty()) {
      return;
    }
    lines.add("  " + title + ":");
    entries
        .subList(0, Math.min(entries.size(), MAX_LISTED))
        .forEach(entry -> lines.add("    - " + Amounts.printable(entry)));
    rest(lines, entries.size());
  }

  private static void rest(List<String> lines, int size) {
    if (size > MAX_LISTED) {
      lines.add(
          "    … and %d more; \"./sensei plan ID --json\" lists all".formatted(size - MAX_LISTED));
    }
  }
}
