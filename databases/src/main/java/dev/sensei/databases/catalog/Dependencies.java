package dev.sensei.databases.catalog;

import dev.sensei.databases.TableName;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** What has to exist before what, from {@code pg_depend}. */
final class Dependencies {
  private final Map<String, SortedSet<String>> edges = new HashMap<>();

  private Dependencies() {}

  static Dependencies read(CatalogSession session) throws SQLException {
    Dependencies dependencies = new Dependencies();
    session.query(
        """
        WITH object(classid, objid, kind, schema, name) AS MATERIALIZED (
          SELECT 'pg_class'::regclass::oid, c.oid,
                 CASE c.relkind WHEN 'c' THEN 'type' ELSE 'relation' END,
                 n.nspname::text, c.relname::text
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND {user}
        UNION ALL
          SELECT 'pg_type'::regclass, t.oid,
                 CASE WHEN e.typtype = 'c' AND c.relkind <> 'c' THEN 'relation' ELSE 'type' END,
                 n.nspname, e.typname
          FROM pg_type t
          JOIN pg_type e ON e.oid = CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE t.oid END
          LEFT JOIN pg_class c ON c.oid = e.typrelid
          JOIN pg_namespace n ON n.oid = e.typnamespace
          WHERE e.typtype IN ('e', 'd', 'c') AND {user}
        UNION ALL
          SELECT 'pg_proc'::regclass, p.oid, 'routine', '', p.oid::regprocedure::text
          FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {user}
        UNION ALL
          SELECT 'pg_attrdef'::regclass, a.oid, 'relation', n.nspname, c.relname
          FROM pg_attrdef a JOIN pg_class c ON c.oid = a.adrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {user}
        UNION ALL
          SELECT 'pg_constraint'::regclass, k.oid, 'relation', n.nspname, c.relname
          FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace WHERE k.contype = 'c' AND {user}
        UNION ALL
          SELECT 'pg_constraint'::regclass, k.oid, 'type', n.nspname, t.typname
          FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid
          JOIN pg_namespace n ON n.oid = t.typnamespace WHERE k.contype = 'c' AND {user}
        UNION ALL
          SELECT 'pg_rewrite'::regclass, r.oid, 'relation', n.nspname, c.relname
          FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
          JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE r.rulename = '_RETURN' AND {user}
        )
        SELECT DISTINCT o.kind, o.schema, o.name, r.kind AS onkind, r.schema AS onschema,
               r.name AS onname
        FROM pg_depend d
        JOIN object o ON o.classid = d.classid AND o.objid = d.objid
        JOIN object r ON r.classid = d.refclassid AND r.objid = d.refobjid
        WHERE d.deptype IN ('n', 'a')
          AND (o.kind, o.schema, o.name) <> (r.kind, r.schema, r.name)
        """,
        row ->
            dependencies
                .edges
                .computeIfAbsent(
                    name(row.text("kind"), row.text("schema"), row.text("name")),
                    key -> new TreeSet<>())
                .add(name(row.text("onkind"), row.text("onschema"), row.text("onname"))));
    return dependencies;
  }

  /** What this object needs, sorted. */
  List<String> of(String object) {
    SortedSet<String> found = edges.get(object);
    return found == null ? List.of() : List.copyOf(found);
  }

  private static String name(String kind, String schema, String name) {
    return switch (kind) {
      case "routine" -> ObjectName.routine(name);
      case "type" -> ObjectName.type(new TableName(schema, name));
      default -> ObjectName.relation(new TableName(schema, name));
    };
  }
}
