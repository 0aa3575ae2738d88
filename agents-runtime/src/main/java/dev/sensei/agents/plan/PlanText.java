package dev.sensei.agents.plan;

import dev.sensei.agents.plan.MigrationPlan.NotCarried;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.ddl.Statement;
import dev.sensei.databases.rules.ColumnRule;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A plan as a person reads it before approving it: plain lines of text. */
public final class PlanText {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  private static final int STEP = 1024;
  private static final double DEFAULT_AUTO_APPROVE = 0.95;
  private static final double DEFAULT_REVIEW = 0.80;

  private PlanText() {}

  /**
   * Everything a person has to know to approve the plan; {@link #statements} has the SQL.
   *
   * @param plan all that is not of one table
   * @param tables the plan of each table
   * @param digest the plan's digest, which an approval names
   */
  public static String render(MigrationPlan plan, Collection<TablePlan> tables, String digest) {
    List<String> lines = new ArrayList<>();
    lines.add("Plan " + digest);
    lines.add("  from  " + plan.sourceUri());
    lines.add("  to    " + plan.targetUri());
    lines.add(
        String.format(
            Locale.ROOT,
            "  %s, %,d rows, %s, about %s",
            counted(tables.size(), "table"),
            tables.stream().mapToLong(TablePlan::rowEstimate).sum(),
            bytes(tables.stream().mapToLong(TablePlan::byteEstimate).sum()),
            duration(plan.estimatedSeconds())));
    phases(lines, plan, tables);
    transformations(lines, tables);
    mappings(lines, plan, tables);
    text(lines, tables);
    rules(lines, plan, tables);
    lines.add("");
    lines.add("Not carried" + (plan.exceptions().isEmpty() ? ": nothing is left behind" : ""));
    for (NotCarried each : plan.exceptions()) {
      lines.add("  %s %s: %s".formatted(each.kind(), each.object(), each.reason()));
    }
    lines.add("");
    lines.add("Risks" + (plan.risks().isEmpty() ? ": none found" : ""));
    plan.risks().forEach(risk -> lines.add("  " + risk));
    return String.join("\n", lines) + "\n";
  }

  /** Every statement that the plan runs in the target, in order, as a script. */
  public static String statements(MigrationPlan plan, Collection<TablePlan> tables) {
    List<String> lines = new ArrayList<>();
    section(lines, "before any row", plan.preData());
    for (TablePlan table : tables) {
      section(lines, table.target() + ": keys", table.keys());
      section(lines, table.target() + ": indexes", table.indexes());
    }
    for (TablePlan table : tables) {
      section(lines, table.target() + ": foreign keys", table.foreignKeys());
    }
    section(lines, "when every table is done", plan.postData());
    return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
  }

  private static void phases(List<String> lines, MigrationPlan plan, Collection<TablePlan> tables) {
    Map<TableName, TablePlan> byName = new HashMap<>();
    tables.forEach(table -> byName.put(table.source(), table));
    int width =
        tables.stream().mapToInt(table -> table.source().toString().length()).max().orElse(1);
    int phase = 0;
    for (List<TableName> names : plan.phases()) {
      phase++;
      lines.add("");
      lines.add("Phase " + phase + (phase == 1 ? " (refers to no other table)" : ""));
      for (TableName name : names) {
        TablePlan table = byName.get(name);
        if (table != null) {
          lines.add(
              String.format(
                  Locale.ROOT,
                  "  %-" + width + "s  %,14d rows  %10s  %s",
                  name,
                  table.rowEstimate(),
                  bytes(table.byteEstimate()),
                  table.created() ? "made" : "in the target already"));
        }
      }
    }
  }

  private static void transformations(List<String> lines, Collection<TablePlan> tables) {
    for (TablePlan table : tables) {
      List<String> declared = Transformations.of(table);
      if (!declared.isEmpty()) {
        lines.add("");
        lines.add("Declared of " + table.source());
        declared.forEach(line -> lines.add("  " + line));
      }
    }
  }

  private static void mappings(
      List<String> lines, MigrationPlan plan, Collection<TablePlan> tables) {
    double automatic = threshold(plan, "autoApproveAbove", DEFAULT_AUTO_APPROVE);
    double review = threshold(plan, "reviewAbove", DEFAULT_REVIEW);
    long all = tables.stream().flatMap(TablePlan::mappings).count();
    List<String> flagged = new ArrayList<>();
    for (TablePlan table : tables) {
      table
          .mappings()
          .filter(mapping -> mapping.confidence() <= automatic)
          .forEach(mapping -> flagged.add(line(table, mapping, review)));
    }
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "Mappings: %,d columns, %s",
            all,
            flagged.isEmpty() ? "none to look at" : "to look at:"));
    lines.addAll(flagged);
  }

  private static void text(List<String> lines, Collection<TablePlan> tables) {
    List<String> found = new ArrayList<>();
    for (TablePlan table : tables) {
      table
          .textColumns()
          .ifPresent(
              text ->
                  text.reasons()
                      .forEach(
                          (column, reason) ->
                              found.add("  %s: %s %s".formatted(table.source(), column, reason))));
    }
    if (!found.isEmpty()) {
      lines.add("");
      lines.add("Copied as text, all others in binary form:");
      lines.addAll(found);
    }
  }

  /**
   * What values and rows have to keep that the source does not guarantee; nothing where it does.
   */
  private static void rules(List<String> lines, MigrationPlan plan, Collection<TablePlan> tables) {
    List<String> held = new ArrayList<>();
    for (TablePlan table : tables) {
      for (ColumnMapping column : table.columns()) {
        for (ColumnRule rule : column.rules()) {
          held.add(
              "  %s.%s: %s"
                  .formatted(
                      table.source(),
                      SqlIdentifier.quoteWhereNeeded(column.target()),
                      rule.text()));
        }
      }
      table.setRules().forEach(rule -> held.add("  " + table.source() + ": " + rule.text()));
    }
    if (!held.isEmpty()) {
      lines.add("");
      lines.add("Rules: " + allowed(plan.errorLimit()));
      lines.addAll(held);
    }
  }

  private static String allowed(ErrorLimit limit) {
    return limit.isNone()
        ? "the first row to be set aside fails its table"
        : String.format(
            Locale.ROOT,
            "up to %,d rows of a table, and %s %% of them, may be set aside",
            limit.maxRows(),
            BigDecimal.valueOf(limit.maxPercent()).stripTrailingZeros().toPlainString());
  }

  private static String line(TablePlan table, ColumnMapping mapping, double review) {
    String source =
        mapping.source().isEmpty() ? "(nothing)" : named(mapping.source(), mapping.sourceType());
    String target =
        mapping.target().isEmpty() ? "(nowhere)" : named(mapping.target(), mapping.targetType());
    return "  %s %s: %s -> %s, confidence %s: %s"
        .formatted(
            mapping.confidence() < review ? "needs a person" : "flagged",
            table.source(),
            source,
            target,
            String.format(Locale.ROOT, "%.2f", mapping.confidence()),
            mapping.note());
  }

  private static String named(String column, String type) {
    return column + " " + type;
  }

  private static double threshold(MigrationPlan plan, String option, double otherwise) {
    String text = plan.options().get(option);
    return text == null ? otherwise : Double.parseDouble(text);
  }

  private static void section(List<String> lines, String title, List<Statement> statements) {
    if (!statements.isEmpty()) {
      lines.add("-- " + title);
      statements.forEach(statement -> lines.add(statement.sql() + ";"));
      lines.add("");
    }
  }

  private static String counted(int number, String what) {
    return String.format(Locale.ROOT, "%,d %s%s", number, what, number == 1 ? "" : "s");
  }

  /** A size such as {@code 3.4 MiB}. */
  private static String bytes(long count) {
    double value = count;
    int unit = 0;
    while (value >= STEP && unit < UNITS.length - 1) {
      value /= STEP;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
  }

  private static String duration(long seconds) {
    if (seconds < 60) {
      return seconds + " s";
    }
    return seconds < 3_600
        ? "%d min %d s".formatted(seconds / 60, seconds % 60)
        : "%d h %d min".formatted(seconds / 3_600, seconds % 3_600 / 60);
  }
}
