package dev.sensei.agents.worker;

import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.databases.DatabaseRole;
import dev.sensei.databases.digest.CanonicalSession;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.snapshot.SnapshotSession;
import dev.sensei.schemas.common.DatabaseReference;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions that a worker reads and writes through, kept open for a moment between tasks: the
 * next chunk usually wants the same ones. A session whose work failed is closed, never kept. The
 * ledger names a session of the target for the length of a transaction, so tables share them.
 */
final class Sessions implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);
  private static final String NAME = "sensei-worker";
  private static final int VALID_WITHIN_SECONDS = 5;

  private final DatabaseAccess databases;
  private final SessionSettings settings;
  private final Deque<Idle> idle = new ArrayDeque<>();
  private boolean closed;

  /** What has to agree for a session to be used again. */
  private record Key(DatabaseRole role, DatabaseReference database, Optional<String> snapshotId) {}

  private record Idle(Key key, Connection connection, long sinceNanos) {}

  Sessions(DatabaseAccess databases, SessionSettings settings) {
    this.databases = databases;
    this.settings = settings;
    Thread.ofVirtual().name("sensei-worker-idle-sessions").start(this::reap);
  }

  /** A session that is the holder's until it is closed. */
  final class Lease implements AutoCloseable {
    private final Key key;
    private final Connection connection;
    private boolean keep;

    private Lease(Key key, Connection connection) {
      this.key = key;
      this.connection = connection;
    }

    Connection connection() {
      return connection;
    }

    /** Says that all went well: the session may serve another task. */
    void done() {
      keep = true;
    }

    @Override
    public void close() {
      if (!keep || !giveBack(key, connection)) {
        closeQuietly(connection);
      }
    }
  }

  /** A session of the target, committing by itself. */
  Lease target(DatabaseReference target) {
    return lease(new Key(DatabaseRole.TARGET, target, Optional.empty()));
  }

  /** A session of the source outside any snapshot, committing by itself. */
  Lease source(DatabaseReference source) {
    return lease(new Key(DatabaseRole.SOURCE, source, Optional.empty()));
  }

  /**
   * A session of the source in a transaction on a snapshot, with all that conversions of values
   * depend on pinned.
   *
   * @throws dev.sensei.databases.snapshot.SnapshotLost where the snapshot is gone
   */
  Lease source(DatabaseReference source, String snapshotId) {
    return lease(new Key(DatabaseRole.SOURCE, source, Optional.of(snapshotId)));
  }

  /** How many sessions wait for work. */
  int idleCount() {
    synchronized (idle) {
      return idle.size();
    }
  }

  /** Closes what is kept; sessions in work are closed as they are given back. */
  @Override
  public void close() {
    List<Idle> left;
    synchronized (idle) {
      closed = true;
      idle.notifyAll();
      left = List.copyOf(idle);
      idle.clear();
    }
    left.forEach(each -> closeQuietly(each.connection()));
  }

  private Lease lease(Key key) {
    Optional<Connection> kept = take(key);
    while (kept.isPresent()) {
      if (isUsable(kept.get())) {
        return new Lease(key, kept.get());
      }
      closeQuietly(kept.get());
      kept = take(key);
    }
    return new Lease(key, open(key));
  }

  private Connection open(Key key) {
    Connection connection = databases.open(key.database(), key.role(), NAME);
    boolean opened = false;
    try {
      if (key.role() == DatabaseRole.SOURCE) {
        CanonicalSession.pin(connection);
      }
      key.snapshotId().ifPresent(snapshot -> SnapshotSession.adopt(connection, snapshot));
      opened = true;
      return connection;
    } finally {
      if (!opened) {
        closeQuietly(connection);
      }
    }
  }

  private Optional<Connection> take(Key key) {
    synchronized (idle) {
      Iterator<Idle> newestFirst = idle.descendingIterator();
      while (newestFirst.hasNext()) {
        Idle each = newestFirst.next();
        if (each.key().equals(key)) {
          newestFirst.remove();
          return Optional.of(each.connection());
        }
      }
      return Optional.empty();
    }
  }

  private boolean giveBack(Key key, Connection connection) {
    synchronized (idle) {
      if (closed || idle.size() >= settings.maxIdle()) {
        return false;
      }
      idle.addLast(new Idle(key, connection, System.nanoTime()));
      return true;
    }
  }

  private void reap() {
    long every = Math.max(100, settings.idleFor().toMillis() / 2);
    try {
      while (true) {
        synchronized (idle) {
          if (!closed) {
            idle.wait(every);
          }
          if (closed) {
            return;
          }
        }
        closeExpired();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeExpired() {
    List<Idle> expired = new ArrayList<>();
    synchronized (idle) {
      long now = System.nanoTime();
      while (!idle.isEmpty()
          && now - idle.getFirst().sinceNanos() >= settings.idleFor().toNanos()) {
        expired.add(idle.removeFirst());
      }
    }
    expired.forEach(each -> closeQuietly(each.connection()));
  }

  private static boolean isUsable(Connection connection) {
    return DatabaseErrors.call(
        "probing a session that was kept",
        () -> !connection.isClosed() && connection.isValid(VALID_WITHIN_SECONDS));
  }

  private static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (SQLException lost) {
      LOG.debug("closing a session gave {}", lost.getSQLState());
    }
  }
}
