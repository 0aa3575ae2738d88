package dev.sensei.databases.copy;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hashing;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorClass;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Copies a chunk around the rows that the target does not take, and says which these are.
 *
 * <p>The chunk is read again and tried in batches, each under a savepoint. A batch that fails is
 * halved, the first half before the second, until single rows are left: that takes about twice the
 * logarithm of the batch's rows in statements for each row at fault. What the target takes stays,
 * so the second of two rows with the same key is the one at fault.
 */
public final class DataErrorBisection {
  private static final int PIECE_BYTES = 64 << 10;

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
   * @throws DatabaseException for errors of any class but DATA
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
            spec.prepareTarget(target);
            CopyOutStream out = CopyOutStream.begin(source, spec.copyOutLocatedSql());
            open = Optional.of(out);
            boolean complete = run.all(out, account);
            done = complete;
            return run.result(complete);
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
    private final Connection target;
    private final CopySpec spec;
    private final CancelSignal cancel;
    private final RowFindings findings;
    private final TupleBatch batch = new TupleBatch();
    private final List<RowFault> faults = new ArrayList<>();
    private ChunkResult written = ChunkResult.EMPTY;
    private long statements;

    Run(Connection target, CopySpec spec, CancelSignal cancel) {
      this.target = target;
      this.spec = spec;
      this.cancel = cancel;
      this.findings = new RowFindings(spec.masks());
    }

    BisectionResult result(boolean complete) {
      return new BisectionResult(findings.with(written), faults, complete, statements);
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
      boolean goOn = batch.rows() == 0 || half(0, batch.rows());
      batch.clear();
      return goOn;
    }

    private boolean half(int from, int to) {
      if (cancel.requested()) {
        throw new CopyCancelled();
      }
      Optional<DatabaseException> failure = attempt(from, to);
      if (failure.isEmpty()) {
        count(from, to);
        return true;
      }
      if (to - from == 1) {
        fault(from, failure.get());
        return faults.size() < settings.maxFaults();
      }
      int middle = (from + to) >>> 1;
      return half(from, middle) && half(middle, to);
    }

    private Optional<DatabaseException> attempt(int from, int to) {
      statements++;
      String doing = "writing rows to " + spec.targetTable();
      return DatabaseErrors.call(
          doing,
          () -> {
            Savepoint before = target.setSavepoint();
            try {
              send(from, to);
              target.releaseSavepoint(before);
              return Optional.<DatabaseException>empty();
            } catch (SQLException e) {
              DatabaseException translated = DatabaseErrors.translate(doing, e);
              if (translated.errorClass() != ErrorClass.DATA) {
                throw translated;
              }
              target.rollback(before);
              target.releaseSavepoint(before);
              return Optional.of(translated);
            }
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
      // A deferred constraint would otherwise only fail at the commit, for all rows at once.
      try (Statement statement = target.createStatement()) {
        statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
      }
    }

    private static void write(CopyIn in, byte[] frame) throws SQLException {
      if (frame.length > 0) {
        in.writeToCopy(frame, 0, frame.length);
      }
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

    private void fault(int row, DatabaseException why) {
      faults.add(new RowFault(batch.locator(row), why.fields()));
    }
  }
}
