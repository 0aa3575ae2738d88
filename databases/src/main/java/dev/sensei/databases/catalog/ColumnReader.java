package dev.sensei.databases.catalog;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the columns of tables and views, filed under their relation's object id. */
final class ColumnReader {
  private final CatalogSession session;

  ColumnReader(CatalogSession session) {
    this.session = session;
  }

  Map<Long, List<Column>> tableColumns(List<SequenceReader.Found> sequences) throws SQLException {
    Map<String, Sequence> identitySequences = new HashMap<>();
    for (SequenceReader.Found found : sequences) {
      if (found.identityOf() != 0) {
        found
            .sequence()
            .ownedBy()
            .ifPresent(
                column ->
                    identitySequences.put(
                        found.identityOf() + " " + column.column(), found.sequence()));
      }
    }
    Map<Long, TypeForm> forms = TypeFormReader.read(session);
    Map<Long, List<Column>> columns = new HashMap<>();
    session.query(
        sql(),
        row -> {
          List<Column> of = columns.computeIfAbsent(row.number("key"), key -> new ArrayList<>());
          return of.add(
              column(
                  row,
                  of.size() + 1,
                  identitySequences,
                  Optional.ofNullable(forms.get(row.number("typeoid")))));
        });
    return columns;
  }

  Map<Long, List<View.ViewColumn>> viewColumns() throws SQLException {
    return session.grouped(
        """
        SELECT a.attrelid::bigint AS key, a.attname, format_type(a.atttypid, a.atttypmod) AS type,
               pg_get_expr(d.adbin, d.adrelid) AS expression,
               col_description(a.attrelid, a.attnum) AS comment
        FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('v', 'm')
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attnum > 0 AND NOT a.attisdropped AND {user}
        ORDER BY a.attrelid, a.attnum
        """,
        row ->
            new View.ViewColumn(
                row.text("attname"),
                row.text("type"),
                row.optional("expression"),
                row.optional("comment")));
  }

  private static Column column(
      CatalogSession.Row row,
      int position,
      Map<String, Sequence> identitySequences,
      Optional<TypeForm> form)
      throws SQLException {
    String name = row.text("attname");
    Optional<String> expression = row.optional("expression");
    String generated = row.text("attgenerated");
    String identity = row.text("attidentity");
    return new Column(
        name,
        position,
        row.text("type"),
        row.number("typeoid"),
        row.number("baseoid"),
        row.flag("attislocal"),
        row.flag("attnotnull")
            ? Optional.of(
                new NotNull(
                    row.optional("nnname"),
                    row.flag("nnlocal"),
                    row.flag("nnnoinherit"),
                    row.flag("nnvalid"),
                    row.optional("nncomment")))
            : Optional.empty(),
        generated.isEmpty() ? expression : Optional.empty(),
        identity.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new Identity(
                    identity.equals("a"),
                    Optional.ofNullable(identitySequences.get(row.number("key") + " " + name)))),
        generated.isEmpty()
            ? Optional.empty()
            : Optional.of(new Generated(expression.orElse(""), generated.equals("s"))),
        row.optional("collation"),
        row.optional("storage"),
        row.optional("compression"),
        row.optionalInteger("target"),
        row.list("attoptions"),
        row.optional("comment"),
        form);
  }

  private String sql() {
    boolean named = session.version() >= 18;
    String notNull =
        named
            ? """
            nn.conname AS nnname, coalesce(nn.conislocal, true) AS nnlocal,
            coalesce(nn.connoinherit, false) AS nnnoinherit,
            coalesce(nn.convalidated, true) AS nnvalid,
            CASE WHEN nn.oid IS NOT NULL THEN obj_description(nn.oid, 'pg_constraint') END
              AS nncomment
            """
            : """
            NULL::text AS nnname,
            NOT EXISTS (SELECT 1 FROM pg_inherits i JOIN pg_attribute pa ON pa.attrelid = i.inhparent
              WHERE i.inhrelid = c.oid AND pa.attname = a.attname AND pa.attnotnull) AS nnlocal,
            false AS nnnoinherit, true AS nnvalid, NULL::text AS nncomment
            """;
    String notNullJoin =
        named
            ? """
            LEFT JOIN pg_constraint nn ON nn.conrelid = a.attrelid AND nn.contype = 'n'
              AND nn.conkey = ARRAY[a.attnum]
            """
            : "";
    String compression =
        session.version() >= 14
            ? "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END"
            : "NULL::text";
    return """
    WITH RECURSIVE chain(oid, base) AS (
      SELECT t.oid, t.typbasetype FROM pg_type t WHERE t.typtype = 'd'
    UNION ALL
      SELECT chain.oid, t.typbasetype FROM chain JOIN pg_type t ON t.oid = chain.base
      WHERE t.typtype = 'd'
    ), base AS (
      SELECT chain.oid, chain.base FROM chain JOIN pg_type t ON t.oid = chain.base
      WHERE t.typtype <> 'd'
    )
    SELECT a.attrelid::bigint AS key, a.attname, format_type(a.atttypid, a.atttypmod) AS type,
           a.atttypid::bigint AS typeoid, coalesce(base.base, a.atttypid)::bigint AS baseoid,
           a.attislocal, a.attnotnull, a.attidentity, a.attgenerated,
           pg_get_expr(d.adbin, d.adrelid) AS expression,
           CASE WHEN a.attcollation <> t.typcollation
             THEN quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END AS collation,
           CASE WHEN a.attstorage <> t.typstorage THEN
             CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL'
               WHEN 'm' THEN 'MAIN' WHEN 'x' THEN 'EXTENDED' END END AS storage,
           %s AS compression,
           CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END AS target,
           a.attoptions, de.description AS comment, %s
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'f')
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN base ON base.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_collation co ON co.oid = a.attcollation
    LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
    LEFT JOIN pg_description de ON de.objoid = a.attrelid
      AND de.classoid = 'pg_class'::regclass AND de.objsubid = a.attnum
    %s
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relpersistence <> 't' AND {user}
    ORDER BY a.attrelid, a.attnum
    """
        .formatted(compression, notNull, notNullJoin);
  }
}
