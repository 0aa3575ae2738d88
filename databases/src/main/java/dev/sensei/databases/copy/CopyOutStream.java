package dev.sensei.databases.copy;

import java.io.IOException;
import java.lang.reflect.Field;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyOut;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.PGStream;
import org.postgresql.core.QueryExecutorBase;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a COPY out of a server sends, message by message, into memory of the caller's.
 *
 * <p>The driver hands out an array of its own for every message, and a server sends one for every
 * row: for narrow rows that costs more than all else that is done with them. So messages of data
 * are taken from the driver's stream here; all others, such as the end and errors, stay the
 * driver's. The stream is no public part of the driver, whose version is pinned.
 */
final class CopyOutStream {
  private static final int COPY_DATA = 'd';
  private static final int LENGTH_BYTES = 4;
  private static final int AT_THE_END = -1;
  private static final int SCRATCH_BYTES = 64 << 10;
  private static final Logger LOG = LoggerFactory.getLogger(CopyOutStream.class);
  private static final Field STREAM = streamField();

  private final Connection source;
  private final CopyOut out;
  private final PGStream stream;

  /** Bytes of the current message that are still in the stream. */
  private int pending;

  private boolean ended;
  private boolean lost;

  /** The current message, where the driver came upon it behind one of its own. */
  private byte @Nullable [] handedOver;

  private CopyOutStream(Connection source, CopyOut out, PGStream stream) {
    this.source = source;
    this.out = out;
    this.stream = stream;
  }

  /** Begins a COPY. */
  static CopyOutStream begin(Connection source, String copyOutSql) throws SQLException {
    BaseConnection connection = source.unwrap(BaseConnection.class);
    CopyOut out = connection.getCopyAPI().copyOut(copyOutSql);
    try {
      return new CopyOutStream(source, out, (PGStream) STREAM.get(connection.getQueryExecutor()));
    } catch (IllegalAccessException closed) {
      throw new IllegalStateException("the driver's stream cannot be used", closed);
    }
  }

  /**
   * Waits for the next message.
   *
   * @return the length of its data in bytes, or -1 where there is none any more
   * @throws SQLException where the server reports an error, or is gone
   */
  int next() throws SQLException {
    // The driver knows too, but takes a lock to tell, which for narrow rows is much of the work.
    if (ended) {
      return AT_THE_END;
    }
    try {
      if (stream.peekChar() != COPY_DATA) {
        return nextOfDriver();
      }
      stream.receiveChar();
      pending = stream.receiveInteger4() - LENGTH_BYTES;
      return pending;
    } catch (IOException gone) {
      throw lost(gone);
    }
  }

  private int nextOfDriver() throws SQLException {
    ended = true;
    handedOver = out.readFromCopy();
    if (handedOver == null) {
      return AT_THE_END;
    }
    ended = false;
    return handedOver.length;
  }

  /** Puts the data of the message that {@link #next()} announced into an array, from a place on. */
  void receive(byte[] into, int from) throws SQLException {
    if (handedOver != null) {
      System.arraycopy(handedOver, 0, into, from, handedOver.length);
      handedOver = null;
      return;
    }
    try {
      stream.receive(into, from, pending);
      pending = 0;
    } catch (IOException gone) {
      throw lost(gone);
    }
  }

  /**
   * Ends a COPY before its end: cancels the query, then reads what is on its way up to the server's
   * error, so that the session is clean.
   */
  void abandon() {
    try {
      if (lost || !out.isActive()) {
        return;
      }
      source.unwrap(BaseConnection.class).cancelQuery();
      discard();
      handedOver = null;
      while (out.readFromCopy() != null) {
        LOG.trace("rows that nobody wants any more pass by");
      }
    } catch (SQLException | IOException ended) {
      // The server says that the query was cancelled, which is what was asked for.
      LOG.debug("ending a read gave {}", ended.getClass().getSimpleName());
    }
  }

  /** The driver skips by a call that takes the end of a connection for no progress, for ever. */
  private void discard() throws IOException {
    byte[] scratch = new byte[Math.min(pending, SCRATCH_BYTES)];
    while (pending > 0) {
      int part = Math.min(pending, scratch.length);
      stream.receive(scratch, 0, part);
      pending -= part;
    }
  }

  /** The driver has not seen the failure, and would go on where nothing follows. */
  private PSQLException lost(IOException gone) {
    lost = true;
    try {
      source.abort(Runnable::run);
    } catch (SQLException closedAlready) {
      LOG.debug("giving a lost session up gave {}", closedAlready.getSQLState());
    }
    return new PSQLException(
        "the connection broke while rows were read", PSQLState.CONNECTION_FAILURE, gone);
  }

  private static Field streamField() {
    try {
      Field field = QueryExecutorBase.class.getDeclaredField("pgStream");
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException otherDriver) {
      throw new ExceptionInInitializerError(otherDriver);
    }
  }
}
