package dev.sensei.databases.copy;

import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.errors.DatabaseException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Tries of rows on the target, each a COPY of its own under a savepoint: what it takes stays, and
 * what it refuses leaves nothing. A try is three round trips.
 */
final class RowTries {
  private static final String SAVEPOINT = "SAVEPOINT row_try";
  private static final String RELEASE = "RELEASE " + SAVEPOINT;
  private static final String ROLLBACK = "ROLLBACK TO " + SAVEPOINT;

  private final Connection target;
  private final CopySpec spec;
  private final TupleBatch batch;
  private long statements;
  private long rows;

  RowTries(Connection target, CopySpec spec, TupleBatch batch) {
    this.target = target;
    this.spec = spec;
    this.batch = batch;
  }

  /**
   * Begins. A deferred constraint would only fail at the commit, for all rows at once, so from here
   * on to the end of the transaction none is deferred.
   */
  void begin() {
    DatabaseErrors.run(
        doing(),
        () -> {
          spec.prepareTarget(target);
          execute("SET CONSTRAINTS ALL IMMEDIATE; " + SAVEPOINT);
        });
  }

  /** Lets go of the savepoint; what was taken is the transaction's. */
  void end() {
    DatabaseErrors.run(doing(), () -> execute(RELEASE));
  }

  private String doing() {
    return "writing rows to " + spec.targetTable();
  }

  /** How many COPY statements there were. */
  long statements() {
    return statements;
  }

  /** How many rows they had together. */
  long rows() {
    return rows;
  }

  /**
   * Tries rows of the batch.
   *
   * @param to behind the last
   * @return why the target refuses them; empty where it took them
   * @throws DatabaseException for an error that cannot be one row's
   */
  Optional<DatabaseException> refusal(int from, int to) {
    statements++;
    rows += to - from;
    return DatabaseErrors.call(
        doing(),
        () -> {
          try {
            send(from, to);
          } catch (SQLException e) {
            DatabaseException translated = DatabaseErrors.translate(doing(), e);
            if (!translated.mayBeOfARow()) {
              throw translated;
            }
            execute(ROLLBACK);
            return Optional.of(translated);
          }
          execute(RELEASE + "; " + SAVEPOINT);
          return Optional.<DatabaseException>empty();
        });
  }

  private void send(int from, int to) throws SQLException {
    CopyIn in = target.unwrap(PGConnection.class).getCopyAPI().copyIn(spec.copyInSql());
    boolean done = false;
    try {
      write(in, spec.format().header());
      int start = batch.start(from);
      in.writeToCopy(batch.array(), start, batch.start(to) - start);
      write(in, spec.format().trailer());
      in.endCopy();
      done = true;
    } finally {
      if (!done && in.isActive()) {
        ChunkCopier.abandon(in);
      }
    }
  }

  private static void write(CopyIn in, byte[] frame) throws SQLException {
    if (frame.length > 0) {
      in.writeToCopy(frame, 0, frame.length);
    }
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = target.createStatement()) {
      statement.execute(sql);
    }
  }
}
