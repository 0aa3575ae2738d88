package dev.sensei.databases.copy;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hashing;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.errors.DatabaseException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Copies a chunk around the rows that the target does not take, and says which these are.
 *
 * <p>The chunk is read again and tried in parts, as large as {@link FaultPace} says. Of most rows
 * that a server refuses it says in which line of the COPY they were. Then the rows before that line
 * are tried, then its row by itself, and the search goes on behind it: three statements for a row
 * at fault. The line is only where to look first: triggers fire at other lines than that of their
 * row, keys and foreign keys are checked behind it or at the end. A part for which no line is
 * named, or whose lines did not lead to a row, is halved, the first half before the second, until
 * single rows are left: about twice the logarithm of the part's rows in statements for each row.
 *
 * <p>Whatever led to it, a row is at fault only where it is refused by itself, with all good rows
 * before it taken. So the second of two rows with the same key is the one at fault.
 */
public final class DataErrorBisection {
  private static final int PIECE_BYTES = 64 << 10;

  /** How often a line is believed of rows before another line, none of which led to a row. */
  private static final int LINES_BELIEVED = 3;

  private final BisectionSettings settings;
  private final RowMemory memory = RowMemory.ofThisProcess();

  public DataErrorBisection(BisectionSettings settings) {
    this.settings = settings;
  }

  /**
   * Copies what can be copied.
   *
   * @param source as for {@link ChunkCopier#copy}
   * @param target in a transaction that has not failed: roll back to a savepoint from before the
   *     failed copy first
   * @throws CopyCancelled where the signal asked to stop
   * @throws DatabaseException for an error that cannot be one row's
   */
  public BisectionResult copyAround(
      Connection source, Connection target, CopySpec spec, CancelSignal cancel) {
    Run run = new Run(target, spec, cancel);
    return DatabaseErrors.call(
        "reading rows of " + spec.sourceTable(),
        () -> {
          Optional<Savepoint> before =
              source.getAutoCommit() ? Optional.empty() : Optional.of(source.setSavepoint());
          boolean done = false;
          Optional<CopyOutStream> open = Optional.empty();
          try (RowMemory.Account account = memory.open()) {
            if (before.isPresent()) {
              spec.prepare(source);
            }
            run.tries.begin();
            CopyOutStream out = CopyOutStream.begin(source, spec.copyOutLocatedSql());
            open = Optional.of(out);
            done = run.all(out, account);
            run.tries.end();
            if (done && before.isPresent()) {
              source.rollback(before.get());
              source.releaseSavepoint(before.get());
            }
            return run.result();
          } finally {
            if (!done) {
              stop(source, open, before);
            }
          }
        });
  }

  private static void stop(
      Connection source, Optional<CopyOutStream> open, Optional<Savepoint> before)
      throws SQLException {
    open.ifPresent(CopyOutStream::abandon);
    if (before.isPresent() && !source.isClosed()) {
      source.rollback(before.get());
    }
  }

  private final class Run {
    private final CopySpec spec;
    private final CancelSignal cancel;
    private final RowFindings findings;
    private final TupleBatch batch = new TupleBatch();
    private final List<RowFault> faults = new ArrayList<>();
    private final FaultPace pace = new FaultPace(settings.batchRows());
    private final RowTries tries;
    private ChunkResult written = ChunkResult.EMPTY;

    Run(Connection target, CopySpec spec, CancelSignal cancel) {
      this.spec = spec;
      this.cancel = cancel;
      this.findings = new RowFindings(spec.masks());
      this.tries = new RowTries(target, spec, batch);
    }

    BisectionResult result() {
      return new BisectionResult(
          findings.with(written), faults, !full(), tries.statements(), tries.rows());
    }

    /**
     * False where there are too many faults. A row wider than a batch goes by itself: nothing else
     * is held while it waits for its room, which is there twice, as it came and in its batch.
     */
    boolean all(CopyOutStream out, RowMemory.Account account) throws SQLException {
      TupleParser parser =
          spec.format()
              .parser(
                  new LeadingFields(
                      spec.format(),
                      spec.masks().count(),
                      (locator, masks, data, from, length) -> {
                        if (findings.take(locator, masks)) {
                          batch.add(locator, data, from, length);
                        }
                      }));
      CopyBuffer piece = new CopyBuffer(PIECE_BYTES);
      int length = out.next();
      while (length >= 0) {
        boolean wide = length > settings.batchBytes();
        if (wide) {
          if (!batch()) {
            return false;
          }
          account.take(2L * length, cancel);
        }
        int from = piece.reserve(length);
        out.receive(piece.array(), from);
        parser.accept(piece.array(), 0, length);
        piece.clear();
        if (wide
            || batch.rows() >= settings.batchRows()
            || batch.bytes() >= settings.batchBytes()) {
          if (!batch()) {
            return false;
          }
        }
        if (wide) {
          account.giveBack(2L * length);
        }
        length = out.next();
      }
      parser.end();
      return batch();
    }

    private boolean batch() {
      inParts(0, batch.rows(), LINES_BELIEVED);
      batch.clear();
      return !full();
    }

    private boolean full() {
      return faults.size() >= settings.maxFaults();
    }

    /** Decides on rows, part by part. */
    private void inParts(int from, int to, int linesBelieved) {
      int at = from;
      while (at < to && !full()) {
        int end = Math.min(to, at + pace.rows());
        Optional<DatabaseException> refusal = refusal(at, end);
        at = refusal.isEmpty() ? end : refused(at, end, refusal.get(), linesBelieved);
      }
    }

    /**
     * Decides on rows that were refused together, at least on one of them.
     *
     * @return behind the last row that is decided on
     */
    private int refused(int from, int to, DatabaseException why, int linesBelieved) {
      OptionalInt named =
          linesBelieved == 0 ? OptionalInt.empty() : named(why.copyLine(), from, to);
      if (to - from == 1 || named.isEmpty()) {
        divided(from, to, why);
        return to;
      }
      int row = named.getAsInt();
      inParts(from, row, linesBelieved - 1);
      if (isAtFault(row)) {
        return row + 1;
      }
      halves(row + 1, to);
      return to;
    }

    /** The row at a line of a COPY of these rows. */
    private static OptionalInt named(OptionalLong line, int from, int to) {
      return line.isPresent() && line.getAsLong() <= to - from
          ? OptionalInt.of(from + (int) line.getAsLong() - 1)
          : OptionalInt.empty();
    }

    /** Whether a row is refused by itself; it is taken else. */
    private boolean isAtFault(int row) {
      int before = faults.size();
      halves(row, row + 1);
      return faults.size() > before;
    }

    private void halves(int from, int to) {
      if (from < to && !full()) {
        refusal(from, to).ifPresent(why -> divided(from, to, why));
      }
    }

    private void divided(int from, int to, DatabaseException why) {
      if (to - from == 1) {
        pace.fault();
        faults.add(new RowFault(batch.locator(from), why.fields()));
        return;
      }
      int middle = (from + to) >>> 1;
      halves(from, middle);
      halves(middle, to);
    }

    private Optional<DatabaseException> refusal(int from, int to) {
      if (cancel.requested()) {
        throw new CopyCancelled();
      }
      Optional<DatabaseException> refusal = tries.refusal(from, to);
      if (refusal.isEmpty()) {
        pace.taken(to - from);
        count(from, to);
      }
      return refusal;
    }

    private void count(int from, int to) {
      TransportDigest digest = TransportDigest.ZERO;
      for (int row = from; row < to; row++) {
        int start = batch.start(row);
        HashValue128 hash =
            Hashing.xxh3_128()
                .hashBytesTo128Bits(batch.array(), start, batch.start(row + 1) - start);
        digest =
            digest.plus(
                new TransportDigest(hash.getMostSignificantBits(), hash.getLeastSignificantBits()));
      }
      long bytes = (long) batch.start(to) - batch.start(from);
      written = written.plus(new ChunkResult(to - from, bytes, digest));
    }
  }
}
