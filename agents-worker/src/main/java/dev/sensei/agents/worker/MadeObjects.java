package dev.sensei.agents.worker;

import dev.sensei.agents.journal.ApprovedPlan;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.catalog.ForeignKey;
import dev.sensei.databases.ddl.Statement;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorClass;
import dev.sensei.databases.ledger.CreatedObject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;

/** What a plan's statements create beside rows, and how it is found and taken away again. */
final class MadeObjects {
  /** Kinds as plans name them, of two words before those of one. */
  private static final List<String> KINDS =
      List.of(
          "materialized view",
          "view",
          "table",
          "sequence",
          "schema",
          "extension",
          "type",
          "domain",
          "routine",
          "index",
          "trigger",
          "rule",
          "policy",
          "statistics");

  private static final String RELATION = "SELECT pg_catalog.to_regclass(?) IS NOT NULL";
  private static final String TYPE = "SELECT pg_catalog.to_regtype(?) IS NOT NULL";
  private static final Map<String, String> LOOKS =
      Map.of(
          "materialized view", RELATION,
          "view", RELATION,
          "table", RELATION,
          "sequence", RELATION,
          "type", TYPE,
          "domain", TYPE,
          "schema", "SELECT pg_catalog.to_regnamespace(?) IS NOT NULL");

  private final ApprovedPlan plan;

  MadeObjects(ApprovedPlan plan) {
    this.plan = plan;
  }

  /**
   * Takes away what marked statements created, the last first.
   *
   * @return what the target does not let go of, each with the SQLSTATE
   */
  List<String> takeAway(Connection target, List<CreatedObject> marks) {
    Set<String> marked = new HashSet<>();
    marks.forEach(mark -> marked.add(mark.kind() + "/" + mark.identity()));
    Set<String> made = made((kind, identity) -> marked.contains(kind + "/" + identity));
    List<String> left = new ArrayList<>();
    dropForeignKeys(target, made, left);
    for (String object : made) {
      attempt(target, object, dropSql(object), left);
    }
    return left;
  }

  /** What statements of the plan would create and is in the target, whoever made it. */
  List<String> still(Connection target) {
    List<String> found = new ArrayList<>();
    for (String object : made((kind, identity) -> true)) {
      String kind = kind(object);
      String look = LOOKS.get(kind);
      if (look != null && exists(target, look, object.substring(kind.length() + 1))) {
        found.add(object + " (the ledger is gone, which would say whose it is)");
      }
    }
    return found;
  }

  private Set<String> made(BiPredicate<String, String> isMarked) {
    Set<String> made = new LinkedHashSet<>();
    addCreated(made, isMarked, TargetTasks.POST_DATA, plan.migration().postData());
    addCreated(made, isMarked, TargetTasks.PRE_DATA, plan.migration().preData());
    return made;
  }

  private static void addCreated(
      Set<String> made,
      BiPredicate<String, String> isMarked,
      String kind,
      List<Statement> statements) {
    for (int at = statements.size() - 1; at >= 0; at--) {
      Statement statement = statements.get(at);
      if (statement.sql().startsWith("CREATE ")
          && isMarked.test(kind, Statements.identity(at, statement))) {
        made.add(statement.object());
      }
    }
  }

  /** Foreign keys may run in a circle, so they go before the first table does. */
  private void dropForeignKeys(Connection target, Set<String> made, List<String> left) {
    for (TablePlan table : plan.tables()) {
      if (!table.created() || !made.contains("table " + table.target())) {
        continue;
      }
      for (ForeignKey key : table.definition().foreignKeys()) {
        attempt(
            target,
            "constraint " + key.name() + " of " + table.target(),
            "ALTER TABLE IF EXISTS "
                + table.target().quoted()
                + " DROP CONSTRAINT IF EXISTS "
                + SqlIdentifier.quote(key.name()),
            left);
      }
    }
  }

  /** How an object is dropped; it may be gone already, where this was done in part before. */
  static String dropSql(String object) {
    String kind = kind(object);
    String name = object.substring(kind.length() + 1);
    if (kind.equals("statistics")) {
      // Named by its table too, as all that hangs on one, yet an object of its own for SQL.
      name = name.substring(0, name.lastIndexOf(" on "));
    }
    return "DROP " + kind + " IF EXISTS " + name;
  }

  private static String kind(String object) {
    return KINDS.stream()
        .filter(kind -> object.startsWith(kind + " "))
        .findFirst()
        .orElseGet(() -> object.substring(0, object.indexOf(' ')));
  }

  private static void attempt(Connection target, String object, String sql, List<String> left) {
    try {
      DatabaseErrors.run(
          "taking away " + object,
          () -> {
            try (java.sql.Statement statement = target.createStatement()) {
              statement.execute(sql);
            }
          });
    } catch (DatabaseException refused) {
      if (refused.errorClass() == ErrorClass.TRANSIENT) {
        throw refused;
      }
      left.add(object + " (SQLSTATE " + refused.sqlState() + ")");
    }
  }

  private static boolean exists(Connection target, String look, String name) {
    return DatabaseErrors.call(
        "looking for " + name,
        () -> {
          try (PreparedStatement statement = target.prepareStatement(look)) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
              row.next();
              return row.getBoolean(1);
            }
          }
        });
  }
}
