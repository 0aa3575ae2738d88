package dev.sensei.databases.catalog;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds every object that {@code pg_dump} would carry and the catalog's records do not hold.
 * Members of extensions come with their extension and are no finding.
 */
final class UncarriedReader {
  private static final String BY_HAND = "this kind is not carried; create it in the target by hand";
  private static final String GRANTS =
      "privileges are not carried; grant them in the target when its roles are there";

  private UncarriedReader() {}

  static List<UncarriedObject> read(CatalogSession session) throws SQLException {
    List<String> parts = new ArrayList<>();
    parts.addAll(programs());
    parts.addAll(searchAndTypes());
    parts.addAll(elsewhere());
    parts.addAll(ofRelations());
    parts.addAll(privileges());
    parts.add(inNeed());
    if (session.version() >= 13) {
      parts.add(
          inSchema(
              "target of extended statistics",
              "pg_statistic_ext",
              "stxnamespace",
              qualified("stxname"),
              "o.stxstattarget >= 0"));
    }
    return session.query(
        String.join("\nUNION ALL\n", parts),
        row ->
            new UncarriedObject(
                row.text("kind"),
                row.text("identity"),
                row.text("reason"),
                row.optionalName("relationschema", "relationname")));
  }

  /** A query for objects of one class that live in a schema. */
  private static String inSchema(
      String kind, String catalog, String namespace, String identity, String condition) {
    return part(kind, identity, BY_HAND)
        + " FROM "
        + catalog
        + " o JOIN pg_namespace n ON n.oid = o."
        + namespace
        + " WHERE {user} AND {own:"
        + catalog
        + ":o} AND "
        + condition;
  }

  /** A query for objects of one class that belong to the whole database. */
  private static String inDatabase(String kind, String catalog, String identity) {
    return part(kind, identity, BY_HAND)
        + " FROM "
        + catalog
        + " o WHERE o.oid >= "
        + Column.FIRST_USER_OID
        + " AND {own:"
        + catalog
        + ":o}";
  }

  /** A query for findings on relation {@code c} in namespace {@code n}. */
  private static String onRelation(String kind, String identity, String reason, String from) {
    return "SELECT "
        + CatalogSession.literal(kind)
        + "::text AS kind, ("
        + identity
        + ")::text AS identity, "
        + CatalogSession.literal(reason)
        + "::text AS reason, n.nspname::text AS relationschema, c.relname::text AS relationname"
        + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        + from;
  }

  private static String part(String kind, String identity, String reason) {
    return "SELECT "
        + CatalogSession.literal(kind)
        + "::text AS kind, ("
        + identity
        + ")::text AS identity, "
        + CatalogSession.literal(reason)
        + "::text AS reason, NULL::text AS relationschema, NULL::text AS relationname";
  }

  /** A range type brings its functions and casts. */
  private static String notPartOfType(String catalog) {
    return "NOT EXISTS (SELECT 1 FROM pg_depend y WHERE y.classid = '"
        + catalog
        + "'::regclass AND y.objid = o.oid AND y.deptype = 'i')";
  }

  private static String qualified(String column) {
    return "quote_ident(n.nspname) || '.' || quote_ident(o." + column + ")";
  }

  private static List<String> programs() {
    return List.of(
        inSchema("aggregate", "pg_proc", "pronamespace", "o.oid::regprocedure", "o.prokind = 'a'"),
        inSchema(
            "function in C",
            "pg_proc",
            "pronamespace",
            "o.oid::regprocedure",
            notPartOfType("pg_proc")
                + " AND o.prokind <> 'a' AND o.prolang IN"
                + " (SELECT l.oid FROM pg_language l WHERE l.lanname IN ('c', 'internal'))"),
        inDatabase("event trigger", "pg_event_trigger", "quote_ident(o.evtname)"),
        inDatabase("procedural language", "pg_language", "quote_ident(o.lanname)"),
        inDatabase(
                "cast",
                "pg_cast",
                "format_type(o.castsource, NULL) || ' AS ' || format_type(o.casttarget, NULL)")
            + " AND "
            + notPartOfType("pg_cast"),
        inDatabase("transform", "pg_transform", "format_type(o.trftype, NULL)"),
        inDatabase("access method", "pg_am", "quote_ident(o.amname)"),
        inSchema("operator", "pg_operator", "oprnamespace", "o.oid::regoperator", "true"),
        inSchema("operator class", "pg_opclass", "opcnamespace", qualified("opcname"), "true"),
        inSchema("operator family", "pg_opfamily", "opfnamespace", qualified("opfname"), "true"));
  }

  private static List<String> searchAndTypes() {
    return List.of(
        inSchema("collation", "pg_collation", "collnamespace", qualified("collname"), "true"),
        inSchema("conversion", "pg_conversion", "connamespace", qualified("conname"), "true"),
        inSchema(
            "text search configuration",
            "pg_ts_config",
            "cfgnamespace",
            qualified("cfgname"),
            "true"),
        inSchema(
            "text search dictionary", "pg_ts_dict", "dictnamespace", qualified("dictname"), "true"),
        inSchema(
            "text search parser", "pg_ts_parser", "prsnamespace", qualified("prsname"), "true"),
        inSchema(
            "text search template",
            "pg_ts_template",
            "tmplnamespace",
            qualified("tmplname"),
            "true"),
        inSchema("range type", "pg_type", "typnamespace", qualified("typname"), "o.typtype = 'r'"),
        inSchema(
            "base type",
            "pg_type",
            "typnamespace",
            qualified("typname"),
            "o.typtype IN ('b', 'p') AND o.typcategory <> 'A'"));
  }

  private static List<String> elsewhere() {
    return List.of(
        inDatabase("foreign-data wrapper", "pg_foreign_data_wrapper", "quote_ident(o.fdwname)"),
        inDatabase("foreign server", "pg_foreign_server", "quote_ident(o.srvname)"),
        part(
                "user mapping",
                "u.usename || ' on ' || u.srvname",
                "this kind is not carried; create it in the target by hand")
            + " FROM pg_user_mappings u",
        inDatabase("publication", "pg_publication", "quote_ident(o.pubname)"),
        part("subscription", "quote_ident(o.subname)", BY_HAND)
            + " FROM pg_subscription o WHERE o.subdbid ="
            + " (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())",
        part(
                "large objects",
                "count(*) || ' large objects'",
                "large objects are not carried, and columns of oid or lo that hold their numbers"
                    + " will point at nothing; move them by hand, each under its number")
            + " FROM pg_largeobject_metadata o HAVING count(*) > 0",
        part("security label", "o.objtype || ' ' || o.objname || ' for ' || o.provider", BY_HAND)
            + " FROM pg_seclabels o WHERE o.objtype NOT IN ('database', 'role', 'tablespace')",
        part(
                "default privileges",
                "pg_get_userbyid(o.defaclrole) || ' ' || o.defaclobjtype::text"
                    + " || coalesce(' in ' || quote_ident(n.nspname), '')",
                GRANTS)
            + " FROM pg_default_acl o LEFT JOIN pg_namespace n ON n.oid = o.defaclnamespace");
  }

  private static List<String> ofRelations() {
    String name = "quote_ident(n.nspname) || '.' || quote_ident(c.relname)";
    String own = " AND {user} AND {own:pg_class:c}";
    return List.of(
        onRelation(
            "foreign table",
            name,
            "its rows are in another server; create it in the target by hand",
            "WHERE c.relkind = 'f'" + own),
        onRelation(
            "typed table",
            name,
            "it is carried as a table of its own columns, without its bond to the type",
            "WHERE c.reloftype <> 0" + own),
        onRelation(
            "tablespace",
            name,
            "it is carried into the target's default tablespace",
            "WHERE c.reltablespace <> 0 AND c.relkind IN ('r', 'p', 'm')" + own),
        onRelation(
            "tablespace",
            "'index ' || quote_ident(n.nspname) || '.' || quote_ident(ic.relname)",
            "it is carried into the target's default tablespace",
            "JOIN pg_index i ON i.indrelid = c.oid JOIN pg_class ic ON ic.oid = i.indexrelid"
                + " WHERE ic.reltablespace <> 0 AND c.relkind IN ('r', 'p', 'm')"
                + own),
        onRelation(
            "invalid index",
            "quote_ident(n.nspname) || '.' || quote_ident(ic.relname)",
            "it is not complete in the source; rebuild or drop it there",
            "JOIN pg_index i ON i.indrelid = c.oid JOIN pg_class ic ON ic.oid = i.indexrelid"
                + " WHERE NOT i.indisvalid AND c.relkind IN ('r', 'p', 'm')"
                + own),
        onRelation(
            "row security policy",
            "quote_ident(p.polname) || ' on ' || " + name,
            "it names roles, and roles are not carried; create it in the target by hand",
            "JOIN pg_policy p ON p.polrelid = c.oid WHERE NOT ("
                + RuleReader.CARRIED_POLICY
                + ")"
                + own),
        onRelation(
            "rows of an extension's table",
            name,
            "the extension is created anew in the target; move these rows by hand",
            "JOIN pg_extension e ON c.oid = ANY (e.extconfig) WHERE c.relkind IN ('r', 'p')"
                + " AND pg_relation_size(c.oid) > 0"),
        onRelation(
            "column privileges",
            name + " || '.' || quote_ident(a.attname)",
            GRANTS,
            "JOIN pg_attribute a ON a.attrelid = c.oid WHERE a.attacl IS NOT NULL"
                + " AND a.attnum > 0 AND NOT a.attisdropped"
                + own),
        onRelation(
            "privileges",
            name,
            GRANTS,
            "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND "
                + changed("c.relacl", "CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END", "c.relowner")
                + own));
  }

  private static List<String> privileges() {
    return List.of(
        part("privileges", "'schema ' || quote_ident(n.nspname)", GRANTS)
            + """
             FROM pg_namespace n LEFT JOIN pg_init_privs v ON v.objoid = n.oid
               AND v.classoid = 'pg_namespace'::regclass AND v.objsubid = 0
            WHERE {user} AND {own:pg_namespace:n} AND n.nspacl IS NOT NULL
              AND (v.initprivs IS NULL OR NOT (v.initprivs @> n.nspacl AND n.nspacl @> v.initprivs))
              AND
            """
            + changed("n.nspacl", "'n'", "n.nspowner"),
        part("privileges", "'function ' || o.oid::regprocedure::text", GRANTS)
            + " FROM pg_proc o JOIN pg_namespace n ON n.oid = o.pronamespace"
            + " WHERE {user} AND {own:pg_proc:o} AND "
            + changed("o.proacl", "'f'", "o.proowner"),
        part("privileges", "'type ' || format_type(o.oid, NULL)", GRANTS)
            + " FROM pg_type o JOIN pg_namespace n ON n.oid = o.typnamespace"
            + " WHERE {user} AND {own:pg_type:o} AND "
            + changed("o.typacl", "'T'", "o.typowner"));
  }

  /** Whether an access control list is another than the one every new object has. */
  private static String changed(String list, String kind, String owner) {
    return "("
        + list
        + " IS NOT NULL AND NOT ("
        + list
        + " @> acldefault(("
        + kind
        + ")::\"char\", "
        + owner
        + ") AND acldefault(("
        + kind
        + ")::\"char\", "
        + owner
        + ") @> "
        + list
        + "))";
  }

  /**
   * What is carried and needs something that is not: it cannot be built before that is there. The
   * table that a finding belongs to is known where a column, constraint or index is in need.
   */
  private static String inNeed() {
    String alien =
        """
        alien(classid, objid) AS (
          SELECT 'pg_type'::regclass::oid, t.oid FROM pg_type t
          JOIN pg_type e ON e.oid = CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE t.oid END
          WHERE e.typtype IN ('r', 'b', 'p', 'm') AND NOT EXISTS (
            SELECT 1 FROM pg_depend x
            WHERE x.classid = 'pg_type'::regclass AND x.objid = e.oid AND x.deptype = 'e')
        UNION ALL
          SELECT 'pg_proc'::regclass, p.oid FROM pg_proc p WHERE p.prokind = 'a'
            OR p.prolang IN (SELECT l.oid FROM pg_language l WHERE l.lanname IN ('c', 'internal'))
        UNION ALL
          SELECT 'pg_class'::regclass, c.oid FROM pg_class c WHERE c.relkind = 'f'
        UNION ALL SELECT 'pg_operator'::regclass, o.oid FROM pg_operator o
        UNION ALL SELECT 'pg_collation'::regclass, o.oid FROM pg_collation o
        UNION ALL SELECT 'pg_opclass'::regclass, o.oid FROM pg_opclass o
        UNION ALL SELECT 'pg_ts_config'::regclass, o.oid FROM pg_ts_config o
        UNION ALL SELECT 'pg_ts_dict'::regclass, o.oid FROM pg_ts_dict o
        UNION ALL SELECT 'pg_language'::regclass, o.oid FROM pg_language o
        UNION ALL SELECT 'pg_am'::regclass, o.oid FROM pg_am o
        )
        """;
    return "SELECT DISTINCT 'object that needs one not carried'::text, CASE WHEN v.ev_class IS NULL"
        + " THEN pg_describe_object(d.classid, d.objid, d.objsubid) ELSE"
        + " pg_describe_object('pg_class'::regclass, v.ev_class, 0) END,"
        + " 'it needs ' || pg_describe_object(d.refclassid, d.refobjid, 0)"
        + " || '; create that in the target first', n.nspname::text, c.relname::text"
        + " FROM (WITH "
        + alien
        + """
         SELECT d.* FROM pg_depend d
         JOIN alien a ON a.classid = d.refclassid AND a.objid = d.refobjid
         LEFT JOIN alien own ON own.classid = d.classid AND own.objid = d.objid
         WHERE own.objid IS NULL AND d.deptype IN ('n', 'a')
           AND d.classid IN ('pg_class'::regclass, 'pg_attrdef'::regclass, 'pg_proc'::regclass,
             'pg_constraint'::regclass, 'pg_rewrite'::regclass, 'pg_type'::regclass,
             'pg_policy'::regclass, 'pg_trigger'::regclass, 'pg_statistic_ext'::regclass)
           AND NOT EXISTS (SELECT 1 FROM pg_depend x WHERE x.deptype = 'e'
             AND ((x.classid = d.refclassid AND x.objid = d.refobjid)
               OR (x.classid = d.classid AND x.objid = d.objid)))
        """
        + "   AND d.refobjid >= "
        + Column.FIRST_USER_OID
        + """
        ) d
        LEFT JOIN pg_rewrite v ON d.classid = 'pg_rewrite'::regclass AND v.oid = d.objid
          AND v.rulename = '_RETURN'
        LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
        LEFT JOIN pg_index i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid
        LEFT JOIN pg_class c ON c.oid = coalesce(v.ev_class, k.conrelid, i.indrelid,
          CASE WHEN d.classid = 'pg_class'::regclass THEN d.objid END)
        LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.oid IS NULL OR {user}
        """;
  }
}
