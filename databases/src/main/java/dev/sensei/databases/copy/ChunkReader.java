package dev.sensei.databases.copy;

import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;
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
  private final RowFindings findings;
  private final BlockingQueue<CopyBuffer> free;
  private final BlockingQueue<Next> filled;
  private final RowMemory.Account memory;
  private final FutureTask<CopiedRows> reading;
  private volatile boolean abandoned;

  private ChunkReader(
      Connection source,
      CopySpec spec,
      CopySettings settings,
      RowMemory memory,
      CancelSignal cancel) {
    this.source = source;
    this.spec = spec;
    this.findings = new RowFindings(spec.masks());
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
  CopiedRows result() {
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

  private CopiedRows read() {
    return DatabaseErrors.call("reading rows of " + spec.sourceTable(), this::readTranslated);
  }

  private CopiedRows readTranslated() throws SQLException {
    Optional<Savepoint> savepoint =
        source.getAutoCommit() ? Optional.empty() : Optional.of(source.setSavepoint());
    boolean done = false;
    Optional<CopyOutStream> open = Optional.empty();
    try {
      if (savepoint.isPresent()) {
        spec.prepare(source);
      }
      boolean marked = !spec.masks().isEmpty();
      CopyOutStream out =
          CopyOutStream.begin(source, marked ? spec.copyOutLocatedSql() : spec.copyOutSql());
      open = Optional.of(out);
      ChunkResult read = marked ? new MarkedStream().read(out) : all(out);
      done = true;
      if (savepoint.isPresent()) {
        // Settings that were made for the chunk go with it.
        source.rollback(savepoint.get());
        source.releaseSavepoint(savepoint.get());
      }
      return findings.with(read);
    } finally {
      if (!done) {
        restore(open, savepoint);
      }
    }
  }

  /** Hands messages over as they come. */
  private ChunkResult all(CopyOutStream out) throws SQLException {
    TupleParser parser = spec.format().parser();
    CopyBuffer buffer = takeFree();
    int length = out.next();
    while (length >= 0) {
      if (!buffer.isEmpty() && !buffer.hasRoomFor(length)) {
        handOver(buffer, parser);
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
    handOver(buffer, parser);
    parser.end();
    return parser.sum().result();
  }

  private void handOver(CopyBuffer buffer, TupleParser parser) {
    parser.accept(buffer.array(), 0, buffer.length());
    handOver(buffer, parser.sum());
  }

  private void handOver(CopyBuffer buffer, TupleSum sum) {
    buffer.mark(sum.rows(), sum.bytes());
    filled.add(new Next.Filled(buffer));
  }

  /** Rows whose leading fields say what becomes of them. */
  private final class MarkedStream {
    private static final Hasher128 HASHER = Hashing.xxh3_128();

    private final TupleSum sum = new TupleSum();
    private CopyBuffer buffer = takeFree();

    /** Memory that was taken for the row at hand, and not used yet. */
    private long spare;

    /**
     * A wide row is there twice, as it came and in its buffer. Its room is taken at once: who waits
     * for more while he holds some would wait for others who do the same.
     */
    ChunkResult read(CopyOutStream out) throws SQLException {
      CopyBuffer piece = new CopyBuffer(settings.bufferBytes());
      TupleParser parser =
          spec.format().parser(new LeadingFields(spec.format(), spec.masks().count(), this::take));
      append(spec.format().header(), 0, spec.format().header().length);
      int length = out.next();
      while (length >= 0) {
        boolean wide = !piece.hasRoomFor(length);
        if (wide) {
          flush();
          memory.take(2L * length, ChunkReader.this::stopped);
          spare = length;
        }
        int from = piece.reserve(length);
        out.receive(piece.array(), from);
        parser.accept(piece.array(), 0, length);
        piece.clear();
        if (wide) {
          memory.giveBack(length + spare);
          spare = 0;
        }
        length = out.next();
      }
      parser.end();
      append(spec.format().trailer(), 0, spec.format().trailer().length);
      handOver(buffer, sum);
      return sum.result();
    }

    private void take(RowLocator locator, long[] masks, byte[] data, int from, int length) {
      if (findings.take(locator, masks)) {
        append(data, from, length);
        sum.add(HASHER.hashBytesTo128Bits(data, from, length), length);
      }
    }

    private void append(byte[] data, int from, int length) {
      room(length);
      // Where there is no room the array is another one afterwards.
      int at = buffer.reserve(length);
      System.arraycopy(data, from, buffer.array(), at, length);
    }

    private void room(int length) {
      if (!buffer.hasRoomFor(length)) {
        flush();
      }
      if (!buffer.hasRoomFor(length)) {
        spare -= length;
      }
    }

    private void flush() {
      if (!buffer.isEmpty()) {
        handOver(buffer, sum);
        buffer = takeFree();
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
