package dev.sensei.databases.catalog;

import dev.sensei.databases.SqlLiteral;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what decides how values of the tables' types travel. */
final class TypeFormReader {
  /** Types from here on may have another object id on another server of PostgreSQL. */
  private static final int FIRST_ASSIGNED_OID = 10_000;

  private static final int MULTIRANGES_SINCE = 14;

  /** Types of keys in an index, and of statistics: their input functions refuse everything. */
  private static final String WITHOUT_INPUT =
      "^(pg_node_tree|pg_ndistinct|pg_dependencies|pg_mcv_list|pg_brin_.*_summary|gtsvector|gtrgm"
          + "|ghstore|ltree_gist|intbig_gkey|gbtreekey[0-9]+|gbtreekey_var)$";

  /**
   * int2vector, oidvector and tsquery: an empty value is sent, and refused where it is received.
   */
  private static final String REFUSES_EMPTY = "22, 30, 3615";

  /** The reg types and aclitem. */
  private static final String NAMES =
      "24, 1033, 2202, 2203, 2204, 2205, 2206, 3734, 3769, 4089, 4096, 4191";

  private static final String OF_COLUMNS =
      """
      SELECT DISTINCT a.atttypid, a.atttypid, false
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relpersistence <> 't' AND {user}
      """;

  private TypeFormReader() {}

  /** The forms of the types of all columns that are not plain, by the types' object ids. */
  static Map<Long, TypeForm> read(CatalogSession session) throws SQLException {
    return forms(session, OF_COLUMNS);
  }

  /** The form of one type, as {@code format_type} writes it; absent where it is plain. */
  static Optional<TypeForm> read(CatalogSession session, String type) throws SQLException {
    String only =
        "SELECT t, t, false FROM (SELECT to_regtype(%s)::oid) AS one(t) WHERE t IS NOT NULL"
            .formatted(SqlLiteral.quote(type));
    return forms(session, only).values().stream().findFirst();
  }

  private static Map<Long, TypeForm> forms(CatalogSession session, String types)
      throws SQLException {
    Map<Long, TypeForm> forms = new HashMap<>();
    session.query(
        sql(session.version(), types),
        row -> {
          List<TypeTrait> traits = new ArrayList<>();
          if (row.flag("nobinary")) {
            traits.add(TypeTrait.NO_BINARY_FORM);
          }
          if (row.flag("noinput")) {
            traits.add(TypeTrait.NO_INPUT);
          }
          if (row.flag("names")) {
            traits.add(TypeTrait.NAMES_OBJECTS);
          }
          if (row.flag("ownids")) {
            traits.add(TypeTrait.OWN_OBJECT_IDS);
          }
          if (row.flag("heirs")) {
            traits.add(TypeTrait.ROW_OF_HEIR);
          }
          List<String> extensions = row.list("extensions");
          Optional<Integer> digits = row.optionalInteger("moneydigits");
          TypeForm form = new TypeForm(traits, extensions, row.list("needs"), digits);
          if (!form.plain()) {
            forms.put(row.number("key"), form);
          }
          return true;
        });
    return forms;
  }

  private static String sql(int version, String types) {
    String multirange =
        version >= MULTIRANGES_SINCE
            ? """
            UNION ALL
            SELECT r.rngtypid, false FROM pg_range r
            WHERE t.typtype = 'm' AND r.rngmultitypid = t.oid
            """
            : "";
    return """
    WITH RECURSIVE made(whole, part, counted) AS (
      %s
    UNION
      SELECT made.whole, next.part, next.counted
      FROM made JOIN pg_type t ON t.oid = made.part
      CROSS JOIN LATERAL (
        SELECT t.typbasetype AS part, false AS counted WHERE t.typtype = 'd'
        UNION ALL
        SELECT t.typelem, true
        WHERE t.typelem <> 0 AND t.typoutput = 'pg_catalog.array_out'::regproc
        UNION ALL
        SELECT a.atttypid, true FROM pg_attribute a
        WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL
        SELECT r.rngsubtype, false FROM pg_range r WHERE t.typtype = 'r' AND r.rngtypid = t.oid
        %s
      ) next
    )
    SELECT made.whole::bigint AS key,
           bool_or(t.typsend = 0 OR t.typreceive = 0 OR t.oid IN (%s)) AS nobinary,
           bool_or(t.typname ~ '%s') AS noinput,
           bool_or(t.oid IN (%s)) AS names,
           bool_or(EXISTS (SELECT 1 FROM pg_inherits h WHERE h.inhrelid = t.typrelid)) AS heirs,
           bool_or(made.counted AND t.oid >= %d) AS ownids,
           array_remove(array_agg(DISTINCT e.extname::text ORDER BY e.extname::text), NULL)
             AS extensions,
           array_remove(array_agg(DISTINCT CASE WHEN e.oid IS NULL AND t.typtype IN ('b', 'r', 'm')
             AND t.typoutput <> 'pg_catalog.array_out'::regproc
             AND (t.oid >= %d OR t.typname ~ '^(xid8|pg_snapshot|regcollation|.*multirange)$')
             THEN tn.nspname || '.' || t.typname END), NULL) AS needs,
           max(CASE WHEN t.oid = 'pg_catalog.money'::regtype THEN length(
             (('x' || encode(cash_send(1::money), 'hex'))::bit(64)::bigint)::text) - 1 END)
             AS moneydigits
    FROM made JOIN pg_type t ON t.oid = made.part
    JOIN pg_namespace tn ON tn.oid = t.typnamespace
    LEFT JOIN pg_depend d ON d.classid = 'pg_catalog.pg_type'::regclass AND d.objid = t.oid
      AND d.deptype = 'e'
    LEFT JOIN pg_extension e ON d.refclassid = 'pg_catalog.pg_extension'::regclass
      AND e.oid = d.refobjid
    GROUP BY made.whole
    """
        .formatted(
            types,
            multirange,
            REFUSES_EMPTY,
            WITHOUT_INPUT,
            NAMES,
            FIRST_ASSIGNED_OID,
            Column.FIRST_USER_OID);
  }
}
