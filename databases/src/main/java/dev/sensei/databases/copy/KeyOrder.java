package dev.sensei.databases.copy;

import dev.sensei.databases.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A key of a table that ranges can be cut from, and where its index has NULL, which no row has: an
 * index serves an ORDER BY that says the same of it.
 *
 * <p>An index serves where it is a valid, unique btree over columns alone and over all rows. Of its
 * columns those count, from the first on, that
 *
 * <ul>
 *   <li>are NOT NULL, proven for all rows;
 *   <li>are indexed by their type's default operator class, whose operators are called {@code >}
 *       and {@code <=};
 *   <li>have their operators in the schema of the first one's, since a comparison of rows names one
 *       operator for all columns;
 *   <li>run in the direction of the first one, since a comparison of rows has one direction;
 *   <li>have a collation whose version is that of when the index was built, as far as the server
 *       knows. After the library has changed, an index may hide rows.
 * </ul>
 *
 * @param key the columns
 * @param nullsFirst where the index, read upwards, has NULL
 */
record KeyOrder(RangeKey key, boolean nullsFirst) {
  private static final int DATABASE_COLLATION_VERSION = 150000;

  /** Bits of {@code pg_index.indoption}. */
  private static final int DESCENDING = 1;

  private static final int NULLS_FIRST = 2;

  private static final String COLUMNS =
      """
      SELECT i.indexrelid::bigint, i.indnkeyatts, a.attname, tn.nspname, t.typname, cn.nspname,
        co.collname, opn.nspname, i.indoption[k.n]::int,
        coalesce(
          a.attnotnull
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint nn
                          WHERE nn.conrelid = i.indrelid AND nn.contype = 'n'
                            AND NOT nn.convalidated AND a.attnum = ANY (nn.conkey))
          AND o.opcdefault AND gt.oprname = '>' AND le.oprname = '<='
          AND gt.oprnamespace = le.oprnamespace
          AND pg_catalog.has_schema_privilege(gt.oprnamespace, 'USAGE')
          AND pg_catalog.has_schema_privilege(t.typnamespace, 'USAGE')
          AND (co.oid IS NULL OR (pg_catalog.has_schema_privilege(co.collnamespace, 'USAGE')
            AND (co.collversion IS NULL
              OR co.collversion = pg_catalog.pg_collation_actual_version(co.oid))
            AND (co.collprovider <> 'd' OR <the database's is as built>))), false)
      FROM pg_catalog.pg_index i
      JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
      JOIN pg_catalog.pg_am m ON m.oid = x.relam AND m.amname = 'btree'
      CROSS JOIN LATERAL pg_catalog.generate_series(0, i.indnkeyatts - 1) AS k(n)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.n]
      JOIN pg_catalog.pg_opclass o ON o.oid = i.indclass[k.n]
      JOIN pg_catalog.pg_type ot ON ot.oid = o.opcintype
      JOIN pg_catalog.pg_type t ON t.oid = CASE WHEN ot.typtype <> 'p' THEN ot.oid ELSE (
        WITH RECURSIVE below (oid, typtype, typbasetype) AS (
          SELECT d.oid, d.typtype, d.typbasetype FROM pg_catalog.pg_type d
          WHERE d.oid = a.atttypid
          UNION ALL
          SELECT d.oid, d.typtype, d.typbasetype
          FROM below b JOIN pg_catalog.pg_type d ON d.oid = b.typbasetype
          WHERE b.typtype = 'd')
        SELECT oid FROM below WHERE typtype <> 'd') END
      JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
      LEFT JOIN pg_catalog.pg_collation co ON co.oid = i.indcollation[k.n]
      LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
      LEFT JOIN pg_catalog.pg_amop gta ON gta.amopfamily = o.opcfamily AND gta.amopstrategy = 5
        AND gta.amoplefttype = o.opcintype AND gta.amoprighttype = o.opcintype
      LEFT JOIN pg_catalog.pg_operator gt ON gt.oid = gta.amopopr
      LEFT JOIN pg_catalog.pg_amop lea ON lea.amopfamily = o.opcfamily AND lea.amopstrategy = 2
        AND lea.amoplefttype = o.opcintype AND lea.amoprighttype = o.opcintype
      LEFT JOIN pg_catalog.pg_operator le ON le.oid = lea.amopopr
      LEFT JOIN pg_catalog.pg_namespace opn ON opn.oid = gt.oprnamespace
      WHERE n.nspname = ? AND c.relname = ? AND i.indisunique AND i.indisvalid AND i.indisready
        AND i.indpred IS NULL AND i.indexprs IS NULL
      ORDER BY i.indisprimary DESC, i.indnkeyatts, x.relname, k.n\
      """;

  private static final String DATABASE_IS_AS_BUILT =
      "(SELECT d.datcollversion IS NULL OR d.datcollversion"
          + " = pg_catalog.pg_database_collation_actual_version(d.oid)"
          + " FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())";

  /** A column of an index, and whether it can be compared as the index does. */
  private record Candidate(
      long index,
      int width,
      KeyColumn column,
      Optional<String> operatorSchema,
      int option,
      boolean comparable) {}

  /**
   * The key to cut a table by: the primary key, else a unique key, of few columns rather than of
   * many. A key of which all columns count goes before one of which only the first ones do, whose
   * ranges may be larger than is wished.
   *
   * @param version the server's
   */
  static Optional<KeyOrder> find(Connection source, TableName table, int version)
      throws SQLException {
    List<List<Candidate>> keys = candidates(source, table, version);
    List<List<Candidate>> usable =
        keys.stream().map(KeyOrder::leading).filter(columns -> !columns.isEmpty()).toList();
    return usable.stream()
        .filter(columns -> columns.size() == columns.getFirst().width())
        .findFirst()
        .or(() -> usable.stream().findFirst())
        .map(KeyOrder::of);
  }

  /** The columns by which the index orders its rows, for an ORDER BY. */
  String orderBy() {
    return String.join(
        ", ",
        key.expressions().stream()
            .map(column -> column + (nullsFirst ? " NULLS FIRST" : " NULLS LAST"))
            .toList());
  }

  private static KeyOrder of(List<Candidate> columns) {
    Candidate first = columns.getFirst();
    return new KeyOrder(
        new RangeKey(
            first.operatorSchema().orElseThrow(), columns.stream().map(Candidate::column).toList()),
        ((first.option() & NULLS_FIRST) != 0) != ((first.option() & DESCENDING) != 0));
  }

  private static List<Candidate> leading(List<Candidate> columns) {
    Candidate first = columns.getFirst();
    return columns.stream()
        .takeWhile(
            each ->
                each.comparable()
                    && each.option() == first.option()
                    && each.operatorSchema().equals(first.operatorSchema()))
        .toList();
  }

  private static List<List<Candidate>> candidates(Connection source, TableName table, int version)
      throws SQLException {
    List<List<Candidate>> keys = new ArrayList<>();
    String sql =
        COLUMNS.replace(
            "<the database's is as built>",
            version >= DATABASE_COLLATION_VERSION ? DATABASE_IS_AS_BUILT : "true");
    try (PreparedStatement statement = source.prepareStatement(sql)) {
      statement.setString(1, table.schema());
      statement.setString(2, table.name());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          Candidate candidate = candidate(row);
          if (keys.isEmpty() || keys.getLast().getFirst().index() != candidate.index()) {
            keys.add(new ArrayList<>());
          }
          keys.getLast().add(candidate);
        }
      }
    }
    return keys;
  }

  private static Candidate candidate(ResultSet row) throws SQLException {
    Optional<String> collationSchema = Optional.ofNullable(row.getString(6));
    String collation = row.getString(7);
    return new Candidate(
        row.getLong(1),
        row.getInt(2),
        new KeyColumn(
            row.getString(3),
            new TableName(row.getString(4), row.getString(5)),
            collationSchema.map(schema -> new TableName(schema, collation))),
        Optional.ofNullable(row.getString(8)),
        row.getInt(9),
        row.getBoolean(10));
  }
}
