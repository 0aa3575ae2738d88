package dev.sensei.databases.copy;

import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.errors.DatabaseException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the rows for which the source cannot compute what is to be read: a cast or an expression of
 * the plan fails on them. A COPY says no more than that one failed.
 *
 * <p>The places of a chunk's rows are halved until single rows are left, each part read and thrown
 * away: about twice the logarithm of the chunk's rows in statements for each row.
 */
public final class UnreadableRows {
  private static final int SCRATCH_BYTES = 64 << 10;

  private final int most;

  /**
   * A search.
   *
   * @param most after so many rows it gives up
   */
  public UnreadableRows(int most) {
    this.most = most;
  }

  /**
   * What was found.
   *
   * @param rows the rows that cannot be read
   * @param complete whether all rows were tried; false where the search gave up
   */
  public record Found(List<RowFault> rows, boolean complete) {
    public Found {
      rows = List.copyOf(rows);
    }
  }

  /**
   * Searches.
   *
   * @param source a session on the snapshot, in its transaction
   * @throws CopyCancelled where the signal asked to stop
   * @throws DatabaseException for an error that cannot be one row's
   */
  public Found find(Connection source, CopySpec spec, CancelSignal cancel) {
    Run run = new Run(source, spec, cancel);
    return DatabaseErrors.call(
        "reading rows of " + spec.sourceTable(),
        () -> {
          List<RowLocator> all = run.locators();
          boolean complete = all.isEmpty() || run.half(all);
          return new Found(run.faults, complete);
        });
  }

  private final class Run {
    private final Connection source;
    private final CopySpec spec;
    private final CancelSignal cancel;
    private final List<RowFault> faults = new ArrayList<>();
    private final byte[] scratch = new byte[SCRATCH_BYTES];

    Run(Connection source, CopySpec spec, CancelSignal cancel) {
      this.source = source;
      this.spec = spec;
      this.cancel = cancel;
    }

    List<RowLocator> locators() throws SQLException {
      List<RowLocator> all = new ArrayList<>();
      Savepoint before = source.setSavepoint();
      spec.prepare(source);
      try (Statement statement = source.createStatement()) {
        statement.setFetchSize(10_000);
        try (ResultSet row = statement.executeQuery("SELECT ctid::text" + spec.fromClause())) {
          while (row.next()) {
            all.add(RowLocator.parse(row.getString(1)));
          }
        }
      }
      source.rollback(before);
      source.releaseSavepoint(before);
      return all;
    }

    private boolean half(List<RowLocator> rows) throws SQLException {
      if (cancel.requested()) {
        throw new CopyCancelled();
      }
      Optional<DatabaseException> failure = attempt(rows);
      if (failure.isEmpty()) {
        return true;
      }
      if (rows.size() == 1) {
        faults.add(new RowFault(rows.getFirst(), failure.get().fields()));
        return faults.size() < most;
      }
      int middle = rows.size() / 2;
      return half(rows.subList(0, middle)) && half(rows.subList(middle, rows.size()));
    }

    private Optional<DatabaseException> attempt(List<RowLocator> rows) throws SQLException {
      Savepoint before = source.setSavepoint();
      try {
        CopyOutStream out =
            CopyOutStream.begin(source, spec.within(new SingleRows(rows)).copyOutLocatedSql());
        for (int length = out.next(); length >= 0; length = out.next()) {
          // A wide row is looked at in an array of its own, for this moment alone.
          out.receive(length > SCRATCH_BYTES ? new byte[length] : scratch, 0);
        }
        source.releaseSavepoint(before);
        return Optional.empty();
      } catch (SQLException e) {
        DatabaseException translated =
            DatabaseErrors.translate("reading rows of " + spec.sourceTable(), e);
        if (!translated.mayBeOfARow()) {
          throw translated;
        }
        source.rollback(before);
        source.releaseSavepoint(before);
        return Optional.of(translated);
      }
    }
  }
}
