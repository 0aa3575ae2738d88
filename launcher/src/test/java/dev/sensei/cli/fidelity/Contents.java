package dev.sensei.cli.fidelity;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.platform.PostgresServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.postgresql.PGConnection;

/**
 * What a database holds, by a way that has nothing in common with the digest: each table's COPY in
 * text, its columns and lines sorted, under other settings than anything else here uses; and where
 * each sequence stands.
 */
record Contents(Map<String, List<String>> linesByTable) {
  private static final String SETTINGS =
      "SET DateStyle = 'ISO, DMY'; SET IntervalStyle = 'iso_8601'; SET TimeZone = 'Asia/Kolkata';"
          + " SET extra_float_digits = 3; SET bytea_output = 'escape'; SET quote_all_identifiers ="
          + " off; SET search_path = ''";

  static Contents of(PostgresServer.Endpoint database) throws SQLException, IOException {
    Map<String, List<String>> all = new TreeMap<>();
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(SETTINGS);
      try (ResultSet row =
          statement.executeQuery(
              """
              SELECT format('sequence %I.%I', schemaname, sequencename),
                concat_ws(' ', last_value, start_value, min_value, max_value, increment_by, cycle,
                  cache_size, data_type)
              FROM pg_sequences\
              """)) {
        while (row.next()) {
          all.put(row.getString(1), List.of(row.getString(2)));
        }
      }
      Map<String, List<String>> columns = new TreeMap<>();
      try (ResultSet row =
          statement.executeQuery(
              """
              SELECT format('%I.%I', n.nspname, c.relname), a.attname
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
              WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
              ORDER BY 1, a.attname COLLATE "C"
              """)) {
        while (row.next()) {
          List<String> of = columns.computeIfAbsent(row.getString(1), table -> new ArrayList<>());
          if (row.getString(2) != null) {
            of.add(SqlIdentifier.quote(row.getString(2)));
          }
        }
      }
      for (Map.Entry<String, List<String>> table : columns.entrySet()) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyOut(
                "COPY (SELECT %s FROM ONLY %s) TO STDOUT"
                    .formatted(String.join(", ", table.getValue()), table.getKey()),
                out);
        all.put(table.getKey(), out.toString(StandardCharsets.UTF_8).lines().sorted().toList());
      }
    }
    return new Contents(all);
  }
}
