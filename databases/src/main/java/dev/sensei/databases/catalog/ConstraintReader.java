package dev.sensei.databases.catalog;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads constraints and indexes, filed under their table's object id. */
final class ConstraintReader {
  private static final String STATISTICS =
      """
      (SELECT string_agg(a.attnum || ':' || a.attstattarget, ',' ORDER BY a.attnum)
       FROM pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0)
      """;

  private final CatalogSession session;

  ConstraintReader(CatalogSession session) {
    this.session = session;
  }

  Map<Long, List<Key>> keys() throws SQLException {
    return session.grouped(
        """
        SELECT k.conrelid::bigint AS key, k.conname, k.contype, k.condeferrable, k.condeferred,
               pg_get_constraintdef(k.oid) AS definition, ic.reloptions,
               (SELECT spcname FROM pg_tablespace s WHERE s.oid = ic.reltablespace) AS tablespace,
               ARRAY(SELECT a.attname::text FROM generate_series(1, i.indnkeyatts) g
                     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[g - 1]
                     ORDER BY g) AS columns,
               ARRAY(SELECT a.attname::text FROM generate_series(i.indnkeyatts + 1, i.indnatts) g
                     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[g - 1]
                     ORDER BY g) AS included,
               %s AS statistics, pn.nspname AS parentschema, pc.relname AS parentname,
               obj_description(k.oid, 'pg_constraint') AS comment,
               obj_description(ic.oid, 'pg_class') AS indexcomment
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_class ic ON ic.oid = k.conindid JOIN pg_index i ON i.indexrelid = ic.oid
        LEFT JOIN pg_inherits h ON h.inhrelid = ic.oid
        LEFT JOIN pg_class pc ON pc.oid = h.inhparent
        LEFT JOIN pg_namespace pn ON pn.oid = pc.relnamespace
        WHERE k.contype IN ('p', 'u', 'x') AND {user}
        ORDER BY k.conrelid, k.conname COLLATE "C"
        """
            .formatted(STATISTICS),
        row -> {
          boolean deferrable = row.flag("condeferrable");
          boolean deferred = row.flag("condeferred");
          return new Key(
              row.text("conname"),
              switch (row.text("contype")) {
                case "p" -> Key.Kind.PRIMARY_KEY;
                case "u" -> Key.Kind.UNIQUE;
                default -> Key.Kind.EXCLUSION;
              },
              row.list("columns"),
              row.list("included"),
              withoutEnd(
                  withoutEnd(row.text("definition"), " INITIALLY DEFERRED", deferred),
                  " DEFERRABLE",
                  deferrable),
              deferrable,
              deferred,
              row.list("reloptions"),
              row.optional("tablespace"),
              statistics(row.text("statistics")),
              row.optionalName("parentschema", "parentname"),
              row.optional("comment"),
              row.optional("indexcomment"));
        });
  }

  /** Foreign keys that tables declare themselves, not those that partitions have from parents. */
  Map<Long, List<ForeignKey>> foreignKeys() throws SQLException {
    return session.grouped(
        """
        SELECT k.conrelid::bigint AS key, k.conname, k.condeferrable, k.condeferred, k.convalidated,
               pg_get_constraintdef(k.oid) AS definition, rn.nspname AS refschema,
               rc.relname AS refname, obj_description(k.oid, 'pg_constraint') AS comment,
               ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(num, at)
                     JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num
                     ORDER BY u.at) AS columns,
               ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(num, at)
                     JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num
                     ORDER BY u.at) AS refcolumns
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_class rc ON rc.oid = k.confrelid JOIN pg_namespace rn ON rn.oid = rc.relnamespace
        WHERE k.contype = 'f' AND k.conparentid = 0 AND {user}
        ORDER BY k.conrelid, k.conname COLLATE "C"
        """,
        row ->
            new ForeignKey(
                row.text("conname"),
                row.list("columns"),
                row.name("refschema", "refname"),
                row.list("refcolumns"),
                row.text("definition"),
                row.flag("condeferrable"),
                row.flag("condeferred"),
                row.flag("convalidated"),
                row.optional("comment")));
  }

  Map<Long, List<Check>> checks() throws SQLException {
    return session.grouped(
        """
        SELECT k.conrelid::bigint AS key, k.conname, k.conislocal, k.convalidated,
               pg_get_constraintdef(k.oid) AS definition,
               obj_description(k.oid, 'pg_constraint') AS comment
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE k.contype = 'c' AND {user}
        ORDER BY k.conrelid, k.conname COLLATE "C"
        """,
        row ->
            new Check(
                row.text("conname"),
                row.text("definition"),
                row.flag("conislocal"),
                row.flag("convalidated"),
                row.optional("comment")));
  }

  /** Indexes that no constraint owns. */
  Map<Long, List<Index>> indexes() throws SQLException {
    return session.grouped(
        """
        SELECT i.indrelid::bigint AS key, n.nspname, ic.relname, i.indisunique, i.indisvalid,
               pg_get_indexdef(i.indexrelid) AS definition,
               (SELECT spcname FROM pg_tablespace s WHERE s.oid = ic.reltablespace) AS tablespace,
               ARRAY(SELECT a.attname::text FROM generate_series(1, i.indnkeyatts) g
                     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[g - 1]
                     ORDER BY g) AS columns,
               %s AS statistics, pn.nspname AS parentschema, pc.relname AS parentname,
               obj_description(ic.oid, 'pg_class') AS comment
        FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
        JOIN pg_class c ON c.oid = i.indrelid AND c.relkind IN ('r', 'p', 'm')
        JOIN pg_namespace n ON n.oid = ic.relnamespace
        LEFT JOIN pg_inherits h ON h.inhrelid = ic.oid
        LEFT JOIN pg_class pc ON pc.oid = h.inhparent
        LEFT JOIN pg_namespace pn ON pn.oid = pc.relnamespace
        LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid
          AND k.contype IN ('p', 'u', 'x')
        WHERE k.oid IS NULL AND {user}
        ORDER BY i.indrelid, ic.relname COLLATE "C"
        """
            .formatted(STATISTICS),
        row ->
            new Index(
                row.name("nspname", "relname"),
                row.flag("indisunique"),
                row.list("columns"),
                row.text("definition"),
                row.flag("indisvalid"),
                row.optional("tablespace"),
                statistics(row.text("statistics")),
                row.optionalName("parentschema", "parentname"),
                row.optional("comment")));
  }

  private static List<IndexStatistics> statistics(String pairs) {
    List<IndexStatistics> all = new ArrayList<>();
    int from = 0;
    while (from < pairs.length()) {
      int end = pairs.indexOf(',', from) < 0 ? pairs.length() : pairs.indexOf(',', from);
      int colon = pairs.indexOf(':', from);
      all.add(
          new IndexStatistics(
              Integer.parseInt(pairs.substring(from, colon)),
              Integer.parseInt(pairs.substring(colon + 1, end))));
      from = end + 1;
    }
    return all;
  }

  private static String withoutEnd(String text, String end, boolean there) {
    return there && text.endsWith(end) ? text.substring(0, text.length() - end.length()) : text;
  }
}
