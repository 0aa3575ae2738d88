package dev.sensei.agents.worker;

import dev.sensei.databases.copy.BisectionResult;
import dev.sensei.databases.copy.BisectionSettings;
import dev.sensei.databases.copy.CancelSignal;
import dev.sensei.databases.copy.ChunkCopier;
import dev.sensei.databases.copy.CopiedRows;
import dev.sensei.databases.copy.CopyProgress;
import dev.sensei.databases.copy.CopySettings;
import dev.sensei.databases.copy.CopySpec;
import dev.sensei.databases.copy.DataErrorBisection;
import dev.sensei.databases.copy.MarkedRow;
import dev.sensei.databases.copy.RowFault;
import dev.sensei.databases.copy.TooManySetAside;
import dev.sensei.databases.copy.UnreadableRows;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.errors.DatabaseException;
import java.sql.Connection;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Copies rows as fast as it goes; where source or target refuse some, it goes back to the
 * beginning, looks for these, and copies all others.
 */
final class CarefulCopy {
  /**
   * So many rows at fault are looked for where fewer may be left out, to say how many there are.
   */
  private static final int LOOKED_FOR = 1_000;

  private final ChunkCopier copier = new ChunkCopier(CopySettings.DEFAULT);
  private final CopiedBytes copied;

  CarefulCopy(CopiedBytes copied) {
    this.copied = copied;
  }

  /**
   * What came of it.
   *
   * @param rows what was written, and what the masks said
   * @param faults rows that source or target refused; nothing of them is written
   */
  record Outcome(CopiedRows rows, List<RowFault> faults) {
    Outcome {
      faults = List.copyOf(faults);
    }
  }

  /**
   * Copies.
   *
   * @param source on the snapshot
   * @param target in the chunk's transaction
   * @param faultOf why a row is at fault that its masks set aside
   * @param most how many rows may be left out
   * @throws RejectedRows where more are at fault; the chunk must not be committed
   */
  Outcome copy(
      Connection source,
      Connection target,
      CopySpec spec,
      Function<MarkedRow, RowFault> faultOf,
      int most,
      CopyProgress progress,
      CancelSignal cancel) {
    String doing = "writing rows to " + spec.targetTable();
    Savepoint before = DatabaseErrors.call(doing, target::setSavepoint);
    try {
      return new Outcome(
          copied.counting(progress, told -> copier.copyMarked(source, target, spec, told, cancel)),
          List.of());
    } catch (TooManySetAside tooMany) {
      throw new RejectedRows(
          tooMany.rows().stream().map(row -> faultOf.apply(row)).toList(), false, most);
    } catch (DatabaseException refused) {
      if (!refused.mayBeOfARow()) {
        throw refused;
      }
      Function<CopySpec, BisectionResult> again =
          rest -> {
            DatabaseErrors.run("going back before the chunk", () -> target.rollback(before));
            return new DataErrorBisection(bounded(most)).copyAround(source, target, rest, cancel);
          };
      return around(source, spec, faultOf, most, cancel, refused, again);
    }
  }

  private static Outcome around(
      Connection source,
      CopySpec spec,
      Function<MarkedRow, RowFault> faultOf,
      int most,
      CancelSignal cancel,
      DatabaseException refused,
      Function<CopySpec, BisectionResult> copy) {
    List<RowFault> faults = new ArrayList<>();
    BisectionResult result;
    try {
      try {
        result = copy.apply(spec);
      } catch (DatabaseException unreadable) {
        if (!unreadable.mayBeOfARow()) {
          throw unreadable;
        }
        // What the target refuses is found in there, so it was the source.
        UnreadableRows.Found found = new UnreadableRows(bound(most)).find(source, spec, cancel);
        faults.addAll(found.rows());
        if (faults.isEmpty()) {
          throw unreadable;
        }
        if (faults.size() > most) {
          throw new RejectedRows(faults, found.complete(), most);
        }
        result = copy.apply(spec.without(faults.stream().map(RowFault::locator).toList()));
      }
    } catch (TooManySetAside tooMany) {
      tooMany.rows().forEach(row -> faults.add(faultOf.apply(row)));
      throw new RejectedRows(faults, false, most);
    }
    faults.addAll(result.faults());
    int all = faults.size() + result.rows().setAside().size();
    if (all > most || !result.complete()) {
      result.rows().setAside().forEach(row -> faults.add(faultOf.apply(row)));
      throw new RejectedRows(faults, result.complete(), most);
    }
    if (all == 0) {
      // No row is at fault by itself, and they were not refused a second time.
      throw refused;
    }
    return new Outcome(result.rows(), faults);
  }

  private static BisectionSettings bounded(int most) {
    return new BisectionSettings(
        BisectionSettings.DEFAULT.batchRows(), BisectionSettings.DEFAULT.batchBytes(), bound(most));
  }

  private static int bound(int most) {
    return Math.max(most + 1, LOOKED_FOR);
  }
}
