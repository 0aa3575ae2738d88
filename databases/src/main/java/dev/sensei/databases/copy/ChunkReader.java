package dev.sensei.databases.copy;

import dev.sensei.databases.errors.DatabaseErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads one chunk on a virtual thread of its own, hashes it, and hands it over in buffers. */
final class ChunkReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkReader.class);

  private final Connection source;
  private final CopySpec spec;
  private final CopySettings settings;
  private final CancelSignal cancel;
  private final TupleParser parser;
  private final BlockingQueue<CopyBuffer> free;
  private final BlockingQueue<Next> filled;
  private final RowMemory.Account memory;
  private final FutureTask<ChunkResult> reading;
  private volatile boolean abandoned;

  private ChunkReader(
      Connection source,
      CopySpec spec,
      CopySettings settings,
      RowMemory memory,
      CancelSignal cancel) {
    this.source = source;
    this.spec = spec;
    this.parser = spec.format().parser();
    this.settings = settings;
    this.memory = memory.open();
    this.cancel = cancel;
    this.free = new ArrayBlockingQueue<>(settings.buffers());
    // Room for all buffers and for the end.
    this.filled = new ArrayBlockingQueue<>(settings.buffers() + 1);
    for (int i = 0; i < settings.buffers(); i++) {
      free.add(new CopyBuffer(settings.bufferBytes()));
    }
    this.reading =
        new FutureTask<>(this::read) {
          @Override
          protected void done() {
            filled.add(new Next.End());
          }
        };
  }

  /** What the writing thread gets. */
  sealed interface Next {
    /** Nothing within the wait. */
    record NotYet() implements Next {}

    /** All is read. */
    record End() implements Next {}

    /** A buffer, to be given back. */
    record Filled(CopyBuffer buffer) implements Next {}
  }

  static ChunkReader start(
      Connection source,
      CopySpec spec,
      CopySettings settings,
      RowMemory memory,
      CancelSignal cancel) {
    ChunkReader reader = new ChunkReader(source, spec, settings, memory, cancel);
    Thread.ofPlatform().daemon().name("chunk-reader").start(reader.reading);
    return reader;
  }

  /** The next buffer; failures of the reading thread are thrown here. */
  Next next(long waitMillis) {
    try {
      Next next = filled.poll(waitMillis, TimeUnit.MILLISECONDS);
      if (next instanceof Next.End) {
        result();
      }
      return next == null ? new Next.NotYet() : next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CopyCancelled();
    }
  }

  void giveBack(CopyBuffer buffer) {
    int grown = buffer.clear();
    if (grown > 0) {
      memory.giveBack(grown);
    }
    free.add(buffer);
  }

  /** What was read, once {@link #next} has said that all is. */
  ChunkResult result() {
    try {
      return reading.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException("the reading thread failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CopyCancelled();
    }
  }

  /** Stops the reading thread and waits for it: the source's session is then free again. */
  @Override
  public void close() {
    abandoned = true;
    boolean interrupted = false;
    boolean queryCancelled = false;
    while (true) {
      try {
        reading.get(settings.stopWait().toMillis(), TimeUnit.MILLISECONDS);
        break;
      } catch (ExecutionException e) {
        // Already thrown by result(), or of no interest any more.
        break;
      } catch (TimeoutException e) {
        // It waits for the server. After the query was cancelled there is an answer.
        if (queryCancelled) {
          LOG.warn("the source does not answer a cancellation; giving its session up");
          abort();
          break;
        }
        cancelQuery();
        queryCancelled = true;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    memory.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private ChunkResult read() {
    return DatabaseErrors.call("reading rows of " + spec.sourceTable(), this::readTranslated);
  }

  private ChunkResult readTranslated() throws SQLException {
    Optional<Savepoint> savepoint =
        source.getAutoCommit() ? Optional.empty() : Optional.of(source.setSavepoint());
    boolean done = false;
    Optional<CopyOutStream> open = Optional.empty();
    try {
      if (savepoint.isPresent()) {
        spec.prepare(source);
      }
      CopyOutStream out = CopyOutStream.begin(source, spec.copyOutSql());
      open = Optional.of(out);
      CopyBuffer buffer = takeFree();
      int length = out.next();
      while (length >= 0) {
        if (!buffer.isEmpty() && !buffer.hasRoomFor(length)) {
          handOver(buffer);
          buffer = takeFree();
        }
        if (!buffer.hasRoomFor(length)) {
          // It is empty, and grows to just this row.
          memory.take(length, this::stopped);
        }
        int from = buffer.reserve(length);
        out.receive(buffer.array(), from);
        length = out.next();
      }
      handOver(buffer);
      parser.end();
      done = true;
      if (savepoint.isPresent()) {
        // Settings that were made for the chunk go with it.
        source.rollback(savepoint.get());
        source.releaseSavepoint(savepoint.get());
      }
      return parser.sum().result();
    } finally {
      if (!done) {
        restore(open, savepoint);
      }
    }
  }

  private boolean stopped() {
    return abandoned || cancel.requested();
  }

  private CopyBuffer takeFree() {
    try {
      while (!stopped()) {
        CopyBuffer buffer = free.poll(100, TimeUnit.MILLISECONDS);
        if (buffer != null) {
          return buffer;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new CopyCancelled();
  }

  private void handOver(CopyBuffer buffer) {
    parser.accept(buffer.array(), 0, buffer.length());
    buffer.mark(parser.sum().rows(), parser.sum().bytes());
    filled.add(new Next.Filled(buffer));
  }

  private void restore(Optional<CopyOutStream> out, Optional<Savepoint> savepoint) {
    out.ifPresent(CopyOutStream::abandon);
    try {
      if (savepoint.isPresent()) {
        source.rollback(savepoint.get());
      }
    } catch (SQLException e) {
      LOG.debug("the source's session is lost: {}", e.getSQLState());
    }
  }

  private void cancelQuery() {
    try {
      source.unwrap(PGConnection.class).cancelQuery();
    } catch (SQLException e) {
      LOG.debug("cancelling a read of {} gave {}", spec.sourceTable(), e.getSQLState());
    }
  }

  private void abort() {
    try {
      source.abort(Runnable::run);
    } catch (SQLException e) {
      LOG.debug("aborting the source's session gave {}", e.getSQLState());
    }
  }
}
