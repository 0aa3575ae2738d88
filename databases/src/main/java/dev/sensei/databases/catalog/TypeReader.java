package dev.sensei.databases.catalog;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** Reads schemas, extensions, user-defined types and routines. */
final class TypeReader {
  private final CatalogSession session;
  private final Dependencies dependencies;

  TypeReader(CatalogSession session, Dependencies dependencies) {
    this.session = session;
    this.dependencies = dependencies;
  }

  List<Schema> schemas() throws SQLException {
    return session.query(
        """
        SELECT n.nspname, pg_get_userbyid(n.nspowner) AS owner,
               obj_description(n.oid, 'pg_namespace') AS comment
        FROM pg_namespace n
        WHERE {user} AND {own:pg_namespace:n}
        ORDER BY n.nspname COLLATE "C"
        """,
        row -> new Schema(row.text("nspname"), row.text("owner"), row.optional("comment")));
  }

  List<Extension> extensions() throws SQLException {
    return session.query(
        """
        SELECT e.extname, n.nspname, e.extversion,
               obj_description(e.oid, 'pg_extension') AS comment
        FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname <> 'plpgsql'
        ORDER BY e.extname COLLATE "C"
        """,
        row ->
            new Extension(
                row.text("extname"),
                row.text("nspname"),
                row.text("extversion"),
                row.optional("comment")));
  }

  List<EnumType> enums() throws SQLException {
    return session.query(
        """
        SELECT n.nspname, t.typname, pg_get_userbyid(t.typowner) AS owner,
               obj_description(t.oid, 'pg_type') AS comment,
               ARRAY(SELECT l.enumlabel::text FROM pg_enum l WHERE l.enumtypid = t.oid
                     ORDER BY l.enumsortorder) AS labels
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE t.typtype = 'e' AND {user} AND {own:pg_type:t}
        ORDER BY n.nspname COLLATE "C", t.typname COLLATE "C"
        """,
        row ->
            new EnumType(
                row.name("nspname", "typname"),
                row.list("labels"),
                row.text("owner"),
                row.optional("comment")));
  }

  List<Domain> domains() throws SQLException {
    Map<Long, List<Check>> checks =
        session.grouped(
            """
            SELECT k.contypid::bigint AS key, k.conname, pg_get_constraintdef(k.oid) AS definition,
                   k.convalidated, obj_description(k.oid, 'pg_constraint') AS comment
            FROM pg_constraint k
            WHERE k.contypid <> 0 AND k.contype = 'c'
            ORDER BY k.conname COLLATE "C"
            """,
            row ->
                new Check(
                    row.text("conname"),
                    row.text("definition"),
                    true,
                    row.flag("convalidated"),
                    row.optional("comment")));
    return session.query(
        """
        SELECT t.oid::bigint AS oid, n.nspname, t.typname,
               format_type(t.typbasetype, t.typtypmod) AS base, t.typnotnull,
               (SELECT k.conname FROM pg_constraint k
                WHERE k.contypid = t.oid AND k.contype = 'n') AS notnullname,
               coalesce(pg_get_expr(t.typdefaultbin, 'pg_catalog.pg_type'::regclass), t.typdefault)
                 AS defaultexpression,
               CASE WHEN t.typcollation <> b.typcollation
                 THEN quote_ident(cn.nspname) || '.' || quote_ident(c.collname) END AS collation,
               pg_get_userbyid(t.typowner) AS owner, obj_description(t.oid, 'pg_type') AS comment
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        JOIN pg_type b ON b.oid = t.typbasetype
        LEFT JOIN pg_collation c ON c.oid = t.typcollation
        LEFT JOIN pg_namespace cn ON cn.oid = c.collnamespace
        WHERE t.typtype = 'd' AND {user} AND {own:pg_type:t}
        ORDER BY n.nspname COLLATE "C", t.typname COLLATE "C"
        """,
        row ->
            new Domain(
                row.name("nspname", "typname"),
                row.text("base"),
                row.flag("typnotnull"),
                row.optional("notnullname"),
                row.optional("defaultexpression"),
                row.optional("collation"),
                checks.getOrDefault(row.number("oid"), List.of()),
                row.text("owner"),
                row.optional("comment"),
                dependencies.of(ObjectName.type(row.name("nspname", "typname")))));
  }

  List<CompositeType> composites() throws SQLException {
    Map<Long, List<CompositeType.Attribute>> attributes =
        session.grouped(
            """
            SELECT a.attrelid::bigint AS key, a.attname, format_type(a.atttypid, a.atttypmod) AS type,
                   CASE WHEN a.attcollation <> t.typcollation
                     THEN quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END AS collation,
                   col_description(a.attrelid, a.attnum) AS comment
            FROM pg_attribute a
            JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'c'
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_collation co ON co.oid = a.attcollation
            LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
            WHERE a.attnum > 0 AND NOT a.attisdropped AND {user}
            ORDER BY a.attrelid, a.attnum
            """,
            row ->
                new CompositeType.Attribute(
                    row.text("attname"),
                    row.text("type"),
                    row.optional("collation"),
                    row.optional("comment")));
    return session.query(
        """
        SELECT c.oid::bigint AS oid, n.nspname, t.typname, pg_get_userbyid(t.typowner) AS owner,
               obj_description(t.oid, 'pg_type') AS comment
        FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
        JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE t.typtype = 'c' AND {user} AND {own:pg_type:t}
        ORDER BY n.nspname COLLATE "C", t.typname COLLATE "C"
        """,
        row ->
            new CompositeType(
                row.name("nspname", "typname"),
                attributes.getOrDefault(row.number("oid"), List.of()),
                row.text("owner"),
                row.optional("comment"),
                dependencies.of(ObjectName.type(row.name("nspname", "typname")))));
  }

  /** Functions and procedures in languages that keep their text in the database. */
  List<Routine> routines() throws SQLException {
    return session.query(
        """
        SELECT p.oid::regprocedure::text AS name, p.prokind, pg_get_functiondef(p.oid) AS definition,
               pg_get_userbyid(p.proowner) AS owner, obj_description(p.oid, 'pg_proc') AS comment
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        JOIN pg_language l ON l.oid = p.prolang
        WHERE p.prokind IN ('f', 'p', 'w') AND l.lanname NOT IN ('c', 'internal')
          AND {user} AND {own:pg_proc:p}
        ORDER BY p.oid::regprocedure::text COLLATE "C"
        """,
        row ->
            new Routine(
                row.text("prokind").equals("p") ? Routine.Kind.PROCEDURE : Routine.Kind.FUNCTION,
                row.text("name"),
                row.text("definition").stripTrailing(),
                row.text("owner"),
                row.optional("comment"),
                dependencies.of(ObjectName.routine(row.text("name")))));
  }
}
