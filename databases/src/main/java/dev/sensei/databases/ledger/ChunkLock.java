package dev.sensei.databases.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Collection;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock on a chunk, to the end of the transaction. Of two sessions with the same chunk, the
 * second waits for the first.
 *
 * <p>Whoever waits has the task, so whoever holds the lock for longer than the wait has lost it: a
 * worker that was frozen, or that Kafka has given up. Its session is ended, and with it its lock;
 * else the chunk would wait for as long as that worker hangs. What it wrote is rolled back, and
 * where it just committed, that is found in the ledger.
 */
final class ChunkLock {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkLock.class);
  private static final String NOT_AVAILABLE = "55P03";

  /** Sessions of ours alone: a number may be locked by somebody else's program. */
  private static final String END_HOLDER =
      """
      SELECT pg_catalog.pg_terminate_backend(held.pid)
        FROM pg_catalog.pg_locks held
        JOIN pg_catalog.pg_stat_activity session ON session.pid = held.pid
       WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 1
         AND held.database = session.datid
         AND session.datname = pg_catalog.current_database()
         AND (held.classid::bigint << 32) | held.objid::bigint = ?
         AND held.pid <> pg_catalog.pg_backend_pid()
         AND session.application_name LIKE 'sensei-worker/%'
      """;

  private ChunkLock() {}

  /**
   * Takes the locks of chunks, in one order for all, so that two with the same ones do not wait for
   * each other in a circle.
   *
   * @param target a session in a transaction, with a limit for the wait for a lock
   * @throws SQLException with 55P03 where one is held by somebody who could not be ended
   */
  static void takeAll(Connection target, Collection<ChunkKey> chunks) throws SQLException {
    TreeSet<Long> numbers = new TreeSet<>();
    chunks.forEach(chunk -> numbers.add(number(chunk)));
    for (long number : numbers) {
      Savepoint before = target.setSavepoint();
      try {
        take(target, number);
      } catch (SQLException held) {
        if (!NOT_AVAILABLE.equals(held.getSQLState())) {
          throw held;
        }
        target.rollback(before);
        LOG.warn(
            "A chunk was held by another worker for too long; {} of its sessions ended",
            endHolder(target, number));
        take(target, number);
      }
      target.releaseSavepoint(before);
    }
  }

  private static void take(Connection target, long number) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement("SELECT pg_catalog.pg_advisory_xact_lock(?)")) {
      statement.setLong(1, number);
      statement.execute();
    }
  }

  private static int endHolder(Connection target, long number) throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(END_HOLDER)) {
      statement.setLong(1, number);
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
