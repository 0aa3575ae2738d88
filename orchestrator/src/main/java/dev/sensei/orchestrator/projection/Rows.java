package dev.sensei.orchestrator.projection;

import dev.sensei.orchestrator.fold.MigrationId;
import dev.sensei.orchestrator.fold.TaskId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Statements with their values, on one connection. */
final class Rows {
  private final Connection connection;

  Rows(Connection connection) {
    this.connection = connection;
  }

  /** Runs a statement that changes rows, and says how many. */
  int change(String sql, @Nullable Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, values);
      return statement.executeUpdate();
    }
  }

  /** The first column of the first row, or empty where there is no row or it is null. */
  OptionalLong number(String sql, @Nullable Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, values);
      try (ResultSet result = statement.executeQuery()) {
        if (!result.next()) {
          return OptionalLong.empty();
        }
        long value = result.getLong(1);
        return result.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
      }
    }
  }

  /** A time as the tables have it. */
  static LocalDateTime utc(Instant time) {
    return LocalDateTime.ofInstant(time, ZoneOffset.UTC);
  }

  private static void bind(PreparedStatement statement, @Nullable Object[] values)
      throws SQLException {
    for (int i = 0; i < values.length; i++) {
      switch (values[i]) {
        case null -> statement.setNull(i + 1, Types.NULL);
        // PostgreSQL's text has no NUL.
        case String text -> statement.setString(i + 1, text.replace('\u0000', '\ufffd'));
        case Instant time -> statement.setObject(i + 1, utc(time));
        case MigrationId id -> statement.setString(i + 1, id.value());
        case TaskId id -> statement.setString(i + 1, id.value());
        case Object other -> statement.setObject(i + 1, other);
      }
    }
  }
}
