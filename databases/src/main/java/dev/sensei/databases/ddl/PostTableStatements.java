package dev.sensei.databases.ddl;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.ReplicaIdentity;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.catalog.TableRule;
import dev.sensei.databases.catalog.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What comes when a table is full and indexed: settings that name indexes, rules, triggers. */
final class PostTableStatements {
  private PostTableStatements() {}

  static List<Statement> of(Table table) {
    List<Statement> all = new ArrayList<>();
    String object = "table " + table.name();
    String alter = "ALTER TABLE ONLY " + table.name().quoted() + " ";
    String identity =
        switch (table.replicaIdentity()) {
          case DEFAULT -> "";
          case NOTHING -> "NOTHING";
          case FULL -> "FULL";
          case INDEX ->
              table
                  .replicaIdentityIndex()
                  .map(index -> "USING INDEX " + SqlIdentifier.quote(index))
                  .orElse("");
        };
    if (table.replicaIdentity() != ReplicaIdentity.DEFAULT && !identity.isEmpty()) {
      all.add(new Statement(alter + "REPLICA IDENTITY " + identity, object, Section.POST_TABLE));
    }
    table
        .clusteredOn()
        .ifPresent(index -> all.add(clusterOn(table.name(), "TABLE", index, object)));
    rules(all, table.rules(), table.name());
    if (table.rowSecurity()) {
      all.add(new Statement(alter + "ENABLE ROW LEVEL SECURITY", object, Section.POST_TABLE));
    }
    if (table.forceRowSecurity()) {
      all.add(new Statement(alter + "FORCE ROW LEVEL SECURITY", object, Section.POST_TABLE));
    }
    return all;
  }

  static List<Statement> of(View view) {
    List<Statement> all = new ArrayList<>();
    String object = "view " + view.name();
    for (View.ViewColumn column : view.columns()) {
      column
          .defaultExpression()
          .ifPresent(
              text ->
                  all.add(
                      new Statement(
                          "ALTER VIEW "
                              + view.name().quoted()
                              + " ALTER COLUMN "
                              + SqlIdentifier.quote(column.name())
                              + " SET DEFAULT "
                              + text,
                          object,
                          Section.POST_TABLE)));
    }
    view.clusteredOn()
        .ifPresent(index -> all.add(clusterOn(view.name(), "MATERIALIZED VIEW", index, object)));
    rules(all, view.rules(), view.name());
    return all;
  }

  private static Statement clusterOn(TableName name, String kind, String index, String object) {
    return new Statement(
        "ALTER " + kind + " " + name.quoted() + " CLUSTER ON " + SqlIdentifier.quote(index),
        object,
        Section.POST_TABLE);
  }

  private static void rules(List<Statement> all, List<TableRule> rules, TableName on) {
    for (TableRule rule : rules) {
      String kind = kind(rule.kind());
      String object = kind + " " + rule.name() + " on " + on;
      all.add(new Statement(rule.definition(), object, Section.POST_TABLE));
      rule.enabled()
          .ifPresent(
              how ->
                  all.add(
                      new Statement(
                          "ALTER TABLE "
                              + on.quoted()
                              + " "
                              + how
                              + " "
                              + kind.toUpperCase(Locale.ROOT)
                              + " "
                              + rule.name(),
                          object,
                          Section.POST_TABLE)));
    }
  }

  static String kind(TableRule.Kind kind) {
    return switch (kind) {
      case TRIGGER -> "trigger";
      case RULE -> "rule";
      case POLICY -> "policy";
      case STATISTICS -> "statistics";
    };
  }
}
