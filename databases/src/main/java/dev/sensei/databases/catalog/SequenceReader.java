package dev.sensei.databases.catalog;

import dev.sensei.databases.TableName;
import dev.sensei.databases.errors.DatabaseErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Reads sequences and where they stand. */
public final class SequenceReader {
  /** How many sequences one statement asks for their values. */
  static final int VALUES_PER_STATEMENT = 500;

  private SequenceReader() {}

  /** A sequence with the object id of the table whose identity column it serves, else 0. */
  record Found(Sequence sequence, long identityOf) {}

  static List<Found> read(CatalogSession session) throws SQLException {
    return session.query(
        """
        SELECT n.nspname, c.relname, format_type(s.seqtypid, NULL) AS type, s.seqstart,
               s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
               c.relpersistence = 'u' AS unlogged, tn.nspname AS ownerschema, t.relname AS ownertable,
               a.attname, CASE WHEN d.deptype = 'i' THEN t.oid::bigint ELSE 0 END AS identityof,
               pg_get_userbyid(c.relowner) AS owner, obj_description(c.oid, 'pg_class') AS comment
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
          AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
        LEFT JOIN pg_class t ON t.oid = d.refobjid
        LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
        LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE c.relpersistence <> 't' AND {user} AND {own:pg_class:c}
        ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
        """,
        row ->
            new Found(
                new Sequence(
                    row.name("nspname", "relname"),
                    row.text("type"),
                    row.number("seqstart"),
                    row.number("seqincrement"),
                    row.number("seqmin"),
                    row.number("seqmax"),
                    row.number("seqcache"),
                    row.flag("seqcycle"),
                    row.flag("unlogged"),
                    row.optionalName("ownerschema", "ownertable").isPresent()
                        ? java.util.Optional.of(
                            new Sequence.OwningColumn(
                                row.name("ownerschema", "ownertable"), row.text("attname")))
                        : java.util.Optional.empty(),
                    row.text("owner"),
                    row.optional("comment")),
                row.number("identityof")));
  }

  /**
   * Where these sequences stand, in the order given. Sequences are outside every snapshot: the
   * values are those of the moment.
   *
   * @throws dev.sensei.databases.errors.DatabaseException also where the role may not read one of
   *     them
   */
  public static List<SequenceValue> values(Connection connection, Collection<TableName> names) {
    return DatabaseErrors.call("reading sequences", () -> read(connection, names));
  }

  private static List<SequenceValue> read(Connection connection, Collection<TableName> names)
      throws SQLException {
    List<TableName> all = List.copyOf(names);
    List<SequenceValue> values = new ArrayList<>();
    for (int from = 0; from < all.size(); from += VALUES_PER_STATEMENT) {
      List<TableName> part = all.subList(from, Math.min(all.size(), from + VALUES_PER_STATEMENT));
      List<String> selects = new ArrayList<>();
      for (int at = 0; at < part.size(); at++) {
        selects.add("SELECT " + at + " AS at, last_value, is_called FROM " + part.get(at).quoted());
      }
      try (Statement statement = connection.createStatement();
          ResultSet rows =
              statement.executeQuery(String.join(" UNION ALL ", selects) + " ORDER BY at")) {
        while (rows.next()) {
          values.add(
              new SequenceValue(part.get(rows.getInt(1)), rows.getLong(2), rows.getBoolean(3)));
        }
      }
    }
    return values;
  }
}
