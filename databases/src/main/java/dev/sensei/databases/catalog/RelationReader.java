package dev.sensei.databases.catalog;

import dev.sensei.databases.TableName;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads tables and views and puts their parts together. */
final class RelationReader {
  /** Bytes of a page's header and of a row's header with alignment, for a first estimate. */
  private static final long ROW_OVERHEAD_BYTES = 28;

  private static final long ASSUMED_COLUMN_BYTES = 8;

  private final CatalogSession session;
  private final Dependencies dependencies;
  private final Map<Long, List<Index>> indexes;
  private final Map<Long, List<TableRule>> rules;

  RelationReader(CatalogSession session, Dependencies dependencies) throws SQLException {
    this.session = session;
    this.dependencies = dependencies;
    this.indexes = new ConstraintReader(session).indexes();
    this.rules = new RuleReader(session).read();
  }

  /** A table and whether its rows may be read. */
  record Found(Table table, boolean readable) {}

  List<Found> tables(List<SequenceReader.Found> sequences) throws SQLException {
    ConstraintReader constraints = new ConstraintReader(session);
    Map<Long, List<Column>> columns = new ColumnReader(session).tableColumns(sequences);
    Map<Long, List<Key>> keys = constraints.keys();
    Map<Long, List<ForeignKey>> foreignKeys = constraints.foreignKeys();
    Map<Long, List<Check>> checks = constraints.checks();
    Map<Long, List<TableName>> parents = parents();
    return session.query(
        TABLES,
        row -> {
          long oid = row.number("oid");
          TableName name = row.name("nspname", "relname");
          List<TableName> of = parents.getOrDefault(oid, List.of());
          List<Column> its = columns.getOrDefault(oid, List.of());
          Optional<String> bound = row.optional("bound");
          Table table =
              new Table(
                  name,
                  row.text("relkind").equals("p") ? TableKind.PARTITIONED : TableKind.ORDINARY,
                  row.flag("unlogged"),
                  bound.map(text -> new Partition(of.getFirst(), text)),
                  row.optional("partitionkey"),
                  bound.isPresent() ? List.of() : of,
                  its,
                  keys.getOrDefault(oid, List.of()),
                  foreignKeys.getOrDefault(oid, List.of()),
                  checks.getOrDefault(oid, List.of()),
                  indexes.getOrDefault(oid, List.of()),
                  rules.getOrDefault(oid, List.of()),
                  row.flag("relrowsecurity"),
                  row.flag("relforcerowsecurity"),
                  switch (row.text("relreplident")) {
                    case "n" -> ReplicaIdentity.NOTHING;
                    case "f" -> ReplicaIdentity.FULL;
                    case "i" -> ReplicaIdentity.INDEX;
                    default -> ReplicaIdentity.DEFAULT;
                  },
                  row.optional("replicaindex"),
                  row.optional("clustered"),
                  row.text("owner"),
                  row.optional("tablespace"),
                  row.optional("accessmethod"),
                  row.list("reloptions"),
                  row.list("toastoptions"),
                  row.optional("comment"),
                  size(row, its.size()),
                  dependencies.of(ObjectName.relation(name)));
          return new Found(table, row.flag("readable"));
        });
  }

  List<View> views() throws SQLException {
    Map<Long, List<View.ViewColumn>> columns = new ColumnReader(session).viewColumns();
    return session.query(
        """
        SELECT c.oid::bigint AS oid, n.nspname, c.relname, c.relkind = 'm' AS materialized,
               pg_get_viewdef(c.oid) AS definition, c.relispopulated, c.reloptions,
               (SELECT ic.relname FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
                WHERE i.indrelid = c.oid AND i.indisclustered) AS clustered,
               (SELECT spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace) AS tablespace,
               pg_get_userbyid(c.relowner) AS owner, obj_description(c.oid, 'pg_class') AS comment
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('v', 'm') AND c.relpersistence <> 't' AND {user} AND {own:pg_class:c}
        ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
        """,
        row -> {
          long oid = row.number("oid");
          String definition = row.text("definition").stripTrailing();
          TableName name = row.name("nspname", "relname");
          return new View(
              name,
              row.flag("materialized"),
              definition.endsWith(";")
                  ? definition.substring(0, definition.length() - 1)
                  : definition,
              columns.getOrDefault(oid, List.of()),
              row.flag("relispopulated"),
              row.list("reloptions"),
              indexes.getOrDefault(oid, List.of()),
              rules.getOrDefault(oid, List.of()),
              row.optional("clustered"),
              row.optional("tablespace"),
              row.text("owner"),
              row.optional("comment"),
              dependencies.of(ObjectName.relation(name)));
        });
  }

  private Map<Long, List<TableName>> parents() throws SQLException {
    return new HashMap<>(
        session.grouped(
            """
            SELECT h.inhrelid::bigint AS key, n.nspname, c.relname
            FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhparent AND c.relkind IN ('r', 'p', 'f')
            JOIN pg_namespace n ON n.oid = c.relnamespace
            ORDER BY h.inhrelid, h.inhseqno
            """,
            row -> row.name("nspname", "relname")));
  }

  /** The planner's estimate: rows for each page as last counted, times the pages of today. */
  private static TableSize size(CatalogSession.Row row, int columns) throws SQLException {
    long heapBytes = row.number("heapbytes");
    long blockBytes = row.number("blockbytes");
    long pages = heapBytes / blockBytes;
    double counted = Double.parseDouble(row.text("reltuples"));
    long countedPages = row.number("relpages");
    long rows;
    if (countedPages > 0 && counted >= 0) {
      rows = Math.round(counted / countedPages * pages);
    } else if (row.number("livetuples") > 0) {
      rows = row.number("livetuples");
    } else {
      rows = heapBytes / (ROW_OVERHEAD_BYTES + ASSUMED_COLUMN_BYTES * Math.max(1, columns));
    }
    return new TableSize(rows, row.number("totalbytes"), heapBytes, pages);
  }

  private static final String TABLES =
      """
      SELECT c.oid::bigint AS oid, n.nspname, c.relname, c.relkind,
             c.relpersistence = 'u' AS unlogged,
             CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS bound,
             CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partitionkey,
             c.relrowsecurity, c.relforcerowsecurity, c.relreplident,
             ri.relname AS replicaindex, ci.relname AS clustered,
             pg_get_userbyid(c.relowner) AS owner,
             (SELECT spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace) AS tablespace,
             (SELECT amname FROM pg_am m WHERE m.oid = c.relam AND m.amname <> 'heap') AS accessmethod,
             c.reloptions, tc.reloptions AS toastoptions,
             obj_description(c.oid, 'pg_class') AS comment,
             c.reltuples, c.relpages, current_setting('block_size')::bigint AS blockbytes,
             coalesce(pg_stat_get_live_tuples(c.oid), 0) AS livetuples,
             coalesce(pg_relation_size(c.oid), 0) AS heapbytes,
             coalesce(pg_total_relation_size(c.oid), 0) AS totalbytes,
             has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
               AND NOT row_security_active(c.oid) AS readable
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_class tc ON tc.oid = c.reltoastrelid
      LEFT JOIN (pg_index r JOIN pg_class ri ON ri.oid = r.indexrelid)
        ON r.indrelid = c.oid AND r.indisreplident
      LEFT JOIN (pg_index l JOIN pg_class ci ON ci.oid = l.indexrelid)
        ON l.indrelid = c.oid AND l.indisclustered
      WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND {user}
        AND {own:pg_class:c}
      ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
      """;
}
