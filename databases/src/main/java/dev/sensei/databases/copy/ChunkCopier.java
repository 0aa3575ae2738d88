package dev.sensei.databases.copy;

import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.failpoint.Failpoint;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Streams one chunk from the source to the target: COPY out of one, into the other, counted and
 * hashed in passing.
 *
 * <p>A thread of its own reads and hashes; the calling thread writes. Between them go buffers from
 * a fixed set, which is the backpressure: no more than {@link CopySettings#buffers} times {@link
 * CopySettings#bufferBytes} are in flight. Rows wider than a buffer share {@link RowMemory} with
 * all other copies.
 */
public final class ChunkCopier {
  private static final long CANCEL_POLL_MILLIS = 100;

  private final CopySettings settings;
  private final RowMemory memory;

  /** A copier whose wide rows share this process's memory with those of others. */
  public ChunkCopier(CopySettings settings) {
    this(settings, RowMemory.ofThisProcess());
  }

  ChunkCopier(CopySettings settings, RowMemory memory) {
    this.settings = settings;
    this.memory = memory;
  }

  /**
   * Copies the chunk. Does not commit.
   *
   * @param source a session on the snapshot, in its transaction; usable again afterwards also where
   *     this fails, unless its connection is lost. For the text format it has to be pinned as for a
   *     canonical digest
   * @param target in a transaction; where this throws, it has failed and must be rolled back, at
   *     least to a savepoint
   * @return what was sent, which is also what the target says it took
   * @throws CopyCancelled where the signal asked to stop
   * @throws DatabaseException where source or target refuse; of class DATA where rows are at fault
   */
  public ChunkResult copy(
      Connection source,
      Connection target,
      CopySpec spec,
      CopyProgress progress,
      CancelSignal cancel) {
    return copyMarked(source, target, spec, progress, cancel).written();
  }

  /**
   * The same, with what the masks said of rows.
   *
   * @throws TooManySetAside where they set too many aside
   */
  public CopiedRows copyMarked(
      Connection source,
      Connection target,
      CopySpec spec,
      CopyProgress progress,
      CancelSignal cancel) {
    try (ChunkReader reader = ChunkReader.start(source, spec, settings, memory, cancel)) {
      String doing = "writing rows to " + spec.targetTable();
      CopyIn in =
          DatabaseErrors.call(
              doing,
              () -> {
                spec.prepareTarget(target);
                return target.unwrap(PGConnection.class).getCopyAPI().copyIn(spec.copyInSql());
              });
      boolean done = false;
      try {
        send(reader, in, spec, progress, cancel);
        CopiedRows rows = reader.result();
        ChunkResult sent = rows.written();
        long taken = DatabaseErrors.call(doing, in::endCopy);
        done = true;
        if (taken != sent.rows()) {
          throw new IllegalStateException(
              "%s: %d rows sent, %d taken".formatted(doing, sent.rows(), taken));
        }
        return rows;
      } finally {
        if (!done && in.isActive()) {
          abandon(in);
        }
      }
    }
  }

  private static void send(
      ChunkReader reader, CopyIn in, CopySpec spec, CopyProgress progress, CancelSignal cancel) {
    String doing = "writing rows to " + spec.targetTable();
    long toldAt = spec.batchRows();
    while (true) {
      if (cancel.requested()) {
        throw new CopyCancelled();
      }
      ChunkReader.Next next = reader.next(CANCEL_POLL_MILLIS);
      switch (next) {
        case ChunkReader.Next.NotYet notYet -> {}
        case ChunkReader.Next.End end -> {
          return;
        }
        case ChunkReader.Next.Filled filled -> {
          CopyBuffer buffer = filled.buffer();
          DatabaseErrors.run(doing, () -> in.writeToCopy(buffer.array(), 0, buffer.length()));
          Failpoint.MID_CHUNK.hit();
          if (buffer.rowsSoFar() >= toldAt) {
            progress.sent(buffer.rowsSoFar(), buffer.bytesSoFar());
            toldAt = buffer.rowsSoFar() - buffer.rowsSoFar() % spec.batchRows() + spec.batchRows();
          }
          reader.giveBack(buffer);
        }
      }
    }
  }

  /** Ends a COPY that must not succeed; that the server then reports an error is what we want. */
  static void abandon(CopyIn in) {
    try {
      in.cancelCopy();
    } catch (SQLException expected) {
      // The cause is already on its way to the caller.
      return;
    }
  }
}
