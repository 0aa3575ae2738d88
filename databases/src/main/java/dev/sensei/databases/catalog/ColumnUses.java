package dev.sensei.databases.catalog;

import dev.sensei.databases.TableName;
import dev.sensei.databases.errors.DatabaseErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which columns the definitions of other objects name, from {@code pg_depend}: what cannot be read
 * off a definition's text without taking the text apart.
 */
public final class ColumnUses {
  /** No definition names a column. */
  public static final ColumnUses NONE = new ColumnUses(Map.of());

  /** What has a definition. */
  public enum Kind {
    /** A check constraint, within its table. */
    CHECK,
    /** An index, within its schema. */
    INDEX,
    /** A column's default, or what it is generated from; within its table. */
    DEFAULT,
    /** A view or materialised view. */
    VIEW,
    /** A rewrite rule, within its table. */
    RULE,
    /** A trigger, within its table. */
    TRIGGER,
    /** A row security policy, within its table. */
    POLICY,
    /** Extended statistics, within the table that they are about. */
    STATISTICS,
    /** A function or procedure whose body the server has taken apart. */
    ROUTINE
  }

  /**
   * A column of a table, or a sequence.
   *
   * @param column empty for the table, or the sequence, as a whole
   */
  public record Use(TableName table, String column) {}

  private record User(Kind kind, String within, String name) {}

  private final Map<User, Set<Use>> uses;

  private ColumnUses(Map<User, Set<Use>> uses) {
    this.uses = uses;
  }

  /**
   * Reads what is so now.
   *
   * @throws dev.sensei.databases.errors.DatabaseException as the server reports it
   */
  public static ColumnUses read(Connection connection) {
    return DatabaseErrors.call("reading which columns definitions name", () -> readAll(connection));
  }

  private static ColumnUses readAll(Connection connection) throws SQLException {
    Map<User, Set<Use>> uses = new HashMap<>();
    try (CatalogSession session = new CatalogSession(connection, CatalogScope.ALL)) {
      session.query(
          SQL,
          row ->
              uses.computeIfAbsent(
                      new User(
                          Kind.valueOf(row.text("kind")), row.text("within"), row.text("name")),
                      key -> new HashSet<>())
                  .add(new Use(row.name("refschema", "reftable"), row.text("refcolumn"))));
    }
    return new ColumnUses(uses);
  }

  /**
   * What an object of a table names: check, rule, trigger, policy, statistics, or the default of a
   * column.
   *
   * @param name as the catalog has it; of rules, triggers and policies as SQL names them
   */
  public Set<Use> of(Kind kind, TableName table, String name) {
    return uses.getOrDefault(new User(kind, table.toString(), name), Set.of());
  }

  /** What an index or a view names. */
  public Set<Use> of(Kind kind, TableName name) {
    return uses.getOrDefault(new User(kind, "", name.toString()), Set.of());
  }

  /** What a routine names, by its name as {@link Routine} has it. */
  public Set<Use> ofRoutine(String name) {
    return uses.getOrDefault(new User(Kind.ROUTINE, "", name), Set.of());
  }

  /** Names within, and of indexes and views, are written as {@link TableName} writes them. */
  private static final String SQL =
      """
      WITH relation AS (
        SELECT c.oid, c.relkind, c.relname::text AS relname, n.nspname::text AS nspname,
               (CASE WHEN n.nspname ~ '^[a-z_][a-z0-9_]*$' THEN n.nspname::text
                     ELSE '"' || replace(n.nspname, '"', '""') || '"' END)
               || '.' ||
               (CASE WHEN c.relname ~ '^[a-z_][a-z0-9_]*$' THEN c.relname::text
                     ELSE '"' || replace(c.relname, '"', '""') || '"' END) AS written
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'i', 'I', 'S') AND {user}
      ), object(classid, objid, objsubid, kind, within, name) AS (
        SELECT 'pg_constraint'::regclass::oid, k.oid, 0, 'CHECK', r.written, k.conname::text
        FROM pg_constraint k JOIN relation r ON r.oid = k.conrelid WHERE k.contype = 'c'
      UNION ALL
        SELECT 'pg_class'::regclass, r.oid, 0, 'INDEX', '', r.written
        FROM relation r WHERE r.relkind IN ('i', 'I')
      UNION ALL
        SELECT 'pg_attrdef'::regclass, d.oid, 0, 'DEFAULT', r.written, a.attname::text
        FROM pg_attrdef d JOIN relation r ON r.oid = d.adrelid
        JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
      UNION ALL
        SELECT 'pg_class'::regclass, r.oid, a.attnum, 'DEFAULT', r.written, a.attname::text
        FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attgenerated <> ''
        WHERE r.relkind IN ('r', 'p')
      UNION ALL
        SELECT 'pg_rewrite'::regclass, w.oid, 0,
               CASE WHEN w.rulename = '_RETURN' THEN 'VIEW' ELSE 'RULE' END,
               CASE WHEN w.rulename = '_RETURN' THEN '' ELSE r.written END,
               CASE WHEN w.rulename = '_RETURN' THEN r.written ELSE quote_ident(w.rulename) END
        FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class
      UNION ALL
        SELECT 'pg_trigger'::regclass, g.oid, 0, 'TRIGGER', r.written, quote_ident(g.tgname)
        FROM pg_trigger g JOIN relation r ON r.oid = g.tgrelid WHERE NOT g.tgisinternal
      UNION ALL
        SELECT 'pg_policy'::regclass, p.oid, 0, 'POLICY', r.written, quote_ident(p.polname)
        FROM pg_policy p JOIN relation r ON r.oid = p.polrelid
      UNION ALL
        SELECT 'pg_statistic_ext'::regclass, s.oid, 0, 'STATISTICS', r.written,
               quote_ident(n.nspname) || '.' || quote_ident(s.stxname)
        FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
        JOIN relation r ON r.oid = s.stxrelid
      UNION ALL
        SELECT 'pg_proc'::regclass, p.oid, 0, 'ROUTINE', '', p.oid::regprocedure::text
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {user}
      )
      SELECT DISTINCT o.kind, o.within, o.name, r.nspname AS refschema, r.relname AS reftable,
             coalesce(a.attname, '')::text AS refcolumn
      FROM pg_depend d
      JOIN object o ON o.classid = d.classid AND o.objid = d.objid AND o.objsubid = d.objsubid
      JOIN relation r ON d.refclassid = 'pg_class'::regclass AND r.oid = d.refobjid
      LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        AND d.refobjsubid > 0
      WHERE NOT (o.kind = 'DEFAULT' AND o.within = r.written
                 AND o.name = coalesce(a.attname, '')::text)
        AND NOT (o.kind = 'VIEW' AND o.name = r.written)
      """;
}
