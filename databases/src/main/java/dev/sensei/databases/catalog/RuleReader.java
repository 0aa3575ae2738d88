package dev.sensei.databases.catalog;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads triggers, rewrite rules, policies and extended statistics, filed under their relation. */
final class RuleReader {
  /** Which policies are carried: those whose roles exist everywhere. */
  static final String CARRIED_POLICY = "p.polroles = ARRAY[0::oid]";

  private final CatalogSession session;

  RuleReader(CatalogSession session) {
    this.session = session;
  }

  Map<Long, List<TableRule>> read() throws SQLException {
    Map<Long, List<TableRule>> all = new HashMap<>();
    add(all, TableRule.Kind.TRIGGER, triggers());
    add(
        all,
        TableRule.Kind.RULE,
        """
        SELECT r.ev_class::bigint AS key, quote_ident(r.rulename) AS name,
               pg_get_ruledef(r.oid) AS definition, r.ev_enabled AS enabled,
               obj_description(r.oid, 'pg_rewrite') AS comment
        FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE r.rulename <> '_RETURN' AND {user} AND {own:pg_rewrite:r}
        """);
    add(
        all,
        TableRule.Kind.POLICY,
        """
        SELECT p.polrelid::bigint AS key, quote_ident(p.polname) AS name,
               'CREATE POLICY ' || quote_ident(p.polname) || ' ON ' || p.polrelid::regclass
               || CASE WHEN p.polpermissive THEN '' ELSE ' AS RESTRICTIVE' END
               || CASE p.polcmd WHEN 'r' THEN ' FOR SELECT' WHEN 'a' THEN ' FOR INSERT'
                    WHEN 'w' THEN ' FOR UPDATE' WHEN 'd' THEN ' FOR DELETE' ELSE '' END
               || coalesce(' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
               || coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '')
                 AS definition, 'O' AS enabled, obj_description(p.oid, 'pg_policy') AS comment
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE %s AND {user}
        """
            .formatted(CARRIED_POLICY));
    add(
        all,
        TableRule.Kind.STATISTICS,
        """
        SELECT s.stxrelid::bigint AS key,
               quote_ident(n.nspname) || '.' || quote_ident(s.stxname) AS name,
               pg_get_statisticsobjdef(s.oid) AS definition, 'O' AS enabled,
               obj_description(s.oid, 'pg_statistic_ext') AS comment
        FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
        WHERE {user} AND {own:pg_statistic_ext:s}
        """);
    for (List<TableRule> rules : all.values()) {
      rules.sort(Comparator.comparing(TableRule::kind).thenComparing(TableRule::name));
    }
    return all;
  }

  private void add(Map<Long, List<TableRule>> all, TableRule.Kind kind, String sql)
      throws SQLException {
    session.query(
        sql,
        row ->
            all.computeIfAbsent(row.number("key"), key -> new ArrayList<>())
                .add(
                    new TableRule(
                        kind,
                        row.text("name"),
                        withoutSemicolon(row.text("definition")),
                        enabled(row.text("enabled")),
                        row.optional("comment"))));
  }

  /** Triggers that tables declare themselves, not the copies that partitions have from parents. */
  private String triggers() {
    String own =
        session.version() >= 13
            ? "g.tgparentid = 0"
            : """
            NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_trigger'::regclass
              AND d.objid = g.oid AND d.deptype = 'P')
            """;
    return """
    SELECT g.tgrelid::bigint AS key, quote_ident(g.tgname) AS name,
           pg_get_triggerdef(g.oid) AS definition, g.tgenabled AS enabled,
           obj_description(g.oid, 'pg_trigger') AS comment
    FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT g.tgisinternal AND %s AND {user} AND {own:pg_trigger:g}
    """
        .formatted(own);
  }

  private static Optional<String> enabled(String letter) {
    return switch (letter) {
      case "D" -> Optional.of("DISABLE");
      case "R" -> Optional.of("ENABLE REPLICA");
      case "A" -> Optional.of("ENABLE ALWAYS");
      default -> Optional.empty();
    };
  }

  private static String withoutSemicolon(String sql) {
    String text = sql.stripTrailing();
    return text.endsWith(";") ? text.substring(0, text.length() - 1) : text;
  }
}
