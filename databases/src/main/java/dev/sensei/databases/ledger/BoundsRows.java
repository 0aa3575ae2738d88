package dev.sensei.databases.ledger;

import dev.sensei.databases.TableName;
import dev.sensei.databases.copy.BlockRange;
import dev.sensei.databases.copy.ChunkBounds;
import dev.sensei.databases.copy.KeyColumn;
import dev.sensei.databases.copy.KeyPoint;
import dev.sensei.databases.copy.KeyRange;
import dev.sensei.databases.copy.RangeKey;
import dev.sensei.databases.copy.SingleRows;
import dev.sensei.databases.copy.WholeTable;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The ledger's rows about how tables are cut, to and from Java. The whole table is a row without
 * bounds; the key of key ranges is kept once for a table. Points of a key are bytes, the source's
 * text in UTF-8: the target's encoding may not have its characters.
 */
final class BoundsRows {
  private static final String PLANNED =
      "SELECT chunk, from_block, to_block, after_key, up_to_key, snapshot_number"
          + " FROM sensei_ledger.chunk_bounds"
          + " WHERE table_schema = ? AND table_name = ? AND epoch = ?";

  private BoundsRows() {}

  static Optional<PlannedChunk> planned(Connection target, ChunkKey key) throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(PLANNED + " AND chunk = ?")) {
      statement.setInt(4, key.chunk());
      return read(target, statement, key.table().table(), key.epoch()).stream().findFirst();
    }
  }

  static List<PlannedChunk> allPlanned(Connection target, TableName table, long epoch)
      throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(PLANNED + " ORDER BY chunk")) {
      return read(target, statement, table, epoch);
    }
  }

  /**
   * Stores how a table is cut.
   *
   * @param bounds by their numbers; ranges of keys are all of one key
   */
  static void insert(
      Connection target, TableKey key, long epoch, int snapshotNumber, List<ChunkBounds> bounds)
      throws SQLException {
    Optional<RangeKey> rangeKey = rangeKey(bounds);
    if (rangeKey.isPresent()) {
      insert(target, key, epoch, rangeKey.get());
    }
    try (PreparedStatement statement =
        target.prepareStatement(
            "INSERT INTO sensei_ledger.chunk_bounds (table_schema, table_name, epoch, chunk,"
                + " migration_id, from_block, to_block, after_key, up_to_key, snapshot_number)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (int chunk = 0; chunk < bounds.size(); chunk++) {
        bind(statement, key.table(), epoch);
        statement.setInt(4, chunk);
        statement.setString(5, key.migrationId());
        switch (bounds.get(chunk)) {
          case WholeTable whole -> bind(statement, Optional.empty(), Optional.empty());
          case BlockRange blocks -> bind(statement, Optional.of(blocks), Optional.empty());
          case SingleRows rows ->
              throw new IllegalArgumentException("no chunk of a table: " + rows.rows().size());
          case KeyRange range -> bind(statement, Optional.empty(), Optional.of(range));
        }
        statement.setInt(10, snapshotNumber);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private static void bind(PreparedStatement statement, TableName table, long epoch)
      throws SQLException {
    statement.setString(1, table.schema());
    statement.setString(2, table.name());
    statement.setLong(3, epoch);
  }

  private static void bind(
      PreparedStatement statement, Optional<BlockRange> blocks, Optional<KeyRange> keys)
      throws SQLException {
    statement.setObject(6, blocks.map(BlockRange::fromBlock).orElse(null), Types.BIGINT);
    OptionalLong to = blocks.map(BlockRange::toBlock).orElse(OptionalLong.empty());
    statement.setObject(7, to.isPresent() ? to.getAsLong() : null, Types.BIGINT);
    bind(statement, 8, keys.flatMap(KeyRange::after));
    bind(statement, 9, keys.flatMap(KeyRange::upTo));
  }

  private static void bind(PreparedStatement statement, int at, Optional<KeyPoint> point)
      throws SQLException {
    if (point.isEmpty()) {
      statement.setNull(at, Types.ARRAY);
      return;
    }
    byte[][] values =
        point.get().values().stream()
            .map(value -> value.getBytes(StandardCharsets.UTF_8))
            .toArray(byte[][]::new);
    statement.setArray(at, statement.getConnection().createArrayOf("bytea", values));
  }

  private static Optional<RangeKey> rangeKey(List<ChunkBounds> bounds) {
    List<RangeKey> keys =
        bounds.stream()
            .filter(KeyRange.class::isInstance)
            .map(each -> ((KeyRange) each).key())
            .distinct()
            .toList();
    if (keys.size() > 1) {
      throw new IllegalArgumentException("expected ranges of one key, found " + keys.size());
    }
    return keys.stream().findFirst();
  }

  private static void insert(Connection target, TableKey key, long epoch, RangeKey rangeKey)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "INSERT INTO sensei_ledger.chunk_key (table_schema, table_name, epoch, position,"
                + " migration_id, column_name, type_schema, type_name, collation_schema,"
                + " collation_name, operator_schema) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (int position = 0; position < rangeKey.columns().size(); position++) {
        KeyColumn column = rangeKey.columns().get(position);
        bind(statement, key.table(), epoch);
        statement.setInt(4, position);
        statement.setString(5, key.migrationId());
        statement.setString(6, column.name());
        statement.setString(7, column.type().schema());
        statement.setString(8, column.type().name());
        statement.setString(9, column.collation().map(TableName::schema).orElse(null));
        statement.setString(10, column.collation().map(TableName::name).orElse(null));
        statement.setString(11, rangeKey.operatorSchema());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private static List<PlannedChunk> read(
      Connection target, PreparedStatement statement, TableName table, long epoch)
      throws SQLException {
    bind(statement, table, epoch);
    List<PlannedChunk> chunks = new ArrayList<>();
    Optional<RangeKey> key = Optional.empty();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        Optional<KeyPoint> after = point(row.getArray(4));
        Optional<KeyPoint> upTo = point(row.getArray(5));
        ChunkBounds bounds;
        if (after.isPresent() || upTo.isPresent()) {
          if (key.isEmpty()) {
            key = Optional.of(rangeKey(target, table, epoch));
          }
          bounds = new KeyRange(key.get(), after, upTo);
        } else {
          bounds = blocks(row);
        }
        chunks.add(new PlannedChunk(row.getInt(1), bounds, row.getInt(6)));
      }
    }
    return chunks;
  }

  private static ChunkBounds blocks(ResultSet row) throws SQLException {
    long from = row.getLong(2);
    if (row.wasNull()) {
      return ChunkBounds.WHOLE_TABLE;
    }
    long to = row.getLong(3);
    return row.wasNull() ? ChunkBounds.from(from) : ChunkBounds.between(from, to);
  }

  private static Optional<KeyPoint> point(@Nullable Array stored) throws SQLException {
    return stored == null
        ? Optional.empty()
        : Optional.of(
            new KeyPoint(
                Arrays.stream((byte[][]) stored.getArray())
                    .map(value -> new String(value, StandardCharsets.UTF_8))
                    .toList()));
  }

  private static RangeKey rangeKey(Connection target, TableName table, long epoch)
      throws SQLException {
    String operatorSchema = "";
    List<KeyColumn> columns = new ArrayList<>();
    try (PreparedStatement statement =
        target.prepareStatement(
            "SELECT column_name, type_schema, type_name, collation_schema, collation_name,"
                + " operator_schema FROM sensei_ledger.chunk_key"
                + " WHERE table_schema = ? AND table_name = ? AND epoch = ? ORDER BY position")) {
      bind(statement, table, epoch);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          String collation = row.getString(5);
          columns.add(
              new KeyColumn(
                  row.getString(1),
                  new TableName(row.getString(2), row.getString(3)),
                  Optional.ofNullable(row.getString(4))
                      .map(schema -> new TableName(schema, collation))));
          operatorSchema = row.getString(6);
        }
      }
    }
    return new RangeKey(operatorSchema, columns);
  }
}
