package dev.sensei.databases.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock on a chunk, to the end of the transaction. Of two sessions with the same chunk, the
 * second waits for the first.
 *
 * <p>A worker that is frozen in the middle of a chunk would keep it from everybody for as long as
 * it stands still. So where the wait is over, and who holds the lock has been at it for longer than
 * the wait too, that session is ended. What it wrote is rolled back, and where it just committed,
 * that is found in the ledger. It may have been the one that has the task: then its chunk is copied
 * by the other, or once more.
 */
final class ChunkLock {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkLock.class);
  private static final String NOT_AVAILABLE = "55P03";

  private static final String TAKE =
      "SELECT pg_catalog.pg_advisory_xact_lock(number) FROM pg_catalog.unnest(?) AS number";

  /** Sessions of ours alone: a number may be locked by somebody else's program. */
  private static final String END_HOLDERS =
      """
      SELECT pg_catalog.pg_terminate_backend(held.pid)
        FROM pg_catalog.pg_locks held
        JOIN pg_catalog.pg_stat_activity session ON session.pid = held.pid
       WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 1
         AND held.database = session.datid
         AND session.datname = pg_catalog.current_database()
         AND (held.classid::bigint << 32) | held.objid::bigint = ANY (?)
         AND held.pid <> pg_catalog.pg_backend_pid()
         AND session.application_name LIKE 'sensei-worker/%'
         AND session.xact_start < pg_catalog.clock_timestamp() - ? * interval '1 millisecond'
      """;

  private ChunkLock() {}

  /**
   * Takes the locks of chunks, in one order for all, so that two with the same ones do not wait for
   * each other in a circle.
   *
   * @param target a session in a transaction whose waits for locks end after {@code wait}
   * @throws SQLException with 55P03 where one is held by somebody who was not to be ended
   */
  static void takeAll(Connection target, Collection<ChunkKey> chunks, Duration wait)
      throws SQLException {
    Array numbers =
        target.createArrayOf(
            "bigint", chunks.stream().map(ChunkLock::number).distinct().sorted().toArray());
    Savepoint before = target.setSavepoint();
    try {
      take(target, numbers);
    } catch (SQLException held) {
      if (!NOT_AVAILABLE.equals(held.getSQLState())) {
        throw held;
      }
      target.rollback(before);
      LOG.warn(
          "A chunk was held for too long; {} sessions of other workers ended",
          endHolders(target, numbers, wait));
      take(target, numbers);
    }
    target.releaseSavepoint(before);
  }

  private static void take(Connection target, Array numbers) throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(TAKE)) {
      statement.setArray(1, numbers);
      statement.execute();
    }
  }

  private static int endHolders(Connection target, Array numbers, Duration wait)
      throws SQLException {
    try (Statement statement = target.createStatement()) {
      // What sessions are called is seen as of the transaction's first look otherwise.
      statement.execute("SELECT pg_catalog.pg_stat_clear_snapshot()");
    }
    try (PreparedStatement statement = target.prepareStatement(END_HOLDERS)) {
      statement.setArray(1, numbers);
      statement.setLong(2, wait.toMillis());
      int ended = 0;
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          ended += row.getBoolean(1) ? 1 : 0;
        }
      }
      return ended;
    }
  }

  /** Two chunks that share a number only wait for each other; nothing else depends on it. */
  static long number(ChunkKey key) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(key.toString().getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(hash).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
