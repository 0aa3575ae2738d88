package dev.sensei.agents.worker;

import dev.sensei.agents.TaskFailure;
import dev.sensei.databases.TableName;
import dev.sensei.databases.copy.BisectionResult;
import dev.sensei.databases.copy.BisectionSettings;
import dev.sensei.databases.copy.CancelSignal;
import dev.sensei.databases.copy.CopySpec;
import dev.sensei.databases.copy.DataErrorBisection;
import dev.sensei.databases.copy.QuarantineSink;
import dev.sensei.databases.copy.RowFault;
import dev.sensei.databases.errors.ErrorFields;
import dev.sensei.schemas.common.FailureClass;
import java.security.SecureRandom;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Finds the rows for which a target refuses a chunk, so that the failure says how many there are
 * and why. Nothing of the chunk stays: the failure rolls it back, and with it what the search
 * wrote.
 *
 * <p>A row is named by an HMAC of its bytes under a key that this process made and keeps: two
 * reports of the process name the same row alike, and nobody can try values against it.
 */
final class RejectedRows {
  private static final int HMAC_KEY_BYTES = 32;
  private static final int MAX_FAULTS = 1_000;
  private static final int NAMED = 5;
  private static final int NAMED_CHARACTERS = 16;

  private final DataErrorBisection bisection;

  RejectedRows() {
    byte[] key = new byte[HMAC_KEY_BYTES];
    new SecureRandom().nextBytes(key);
    this.bisection =
        new DataErrorBisection(
            new BisectionSettings(
                BisectionSettings.DEFAULT.batchRows(),
                BisectionSettings.DEFAULT.batchBytes(),
                MAX_FAULTS),
            key);
  }

  /** Carries what was found out of the chunk's transaction, which it rolls back. */
  static final class Found extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient BisectionResult result;

    Found(BisectionResult result) {
      super("rows at fault were found");
      this.result = result;
    }

    /** What is reported: counts, codes and names, no value. */
    TaskFailure failure(TableName table) {
      List<RowFault> faults = result.faults();
      Map<String, Long> reasons = new TreeMap<>();
      faults.forEach(fault -> reasons.merge(reason(fault.fields()), 1L, Long::sum));
      String message =
          "expected %s to take every row, it refused %s%d: %s; rows by HMAC: %s; mend them in the source, or what refuses them in the target, then retry"
              .formatted(
                  table,
                  result.complete() ? "" : "more than ",
                  faults.size(),
                  reasons.entrySet().stream()
                      .map(entry -> entry.getValue() + " by " + entry.getKey())
                      .collect(Collectors.joining(", ")),
                  faults.stream()
                      .limit(NAMED)
                      .map(fault -> fault.rowHmac().substring(0, NAMED_CHARACTERS))
                      .collect(Collectors.joining(", ")));
      return new TaskFailure(
          FailureClass.DATA, faults.getFirst().fields().sqlState(), message, table.toString());
    }

    private static String reason(ErrorFields fields) {
      StringBuilder text = new StringBuilder("SQLSTATE ").append(fields.sqlState());
      fields.column().ifPresent(column -> text.append(", column ").append(column));
      fields.constraint().ifPresent(name -> text.append(", constraint ").append(name));
      fields.dataType().ifPresent(type -> text.append(", type ").append(type));
      return text.toString();
    }
  }

  /**
   * Goes through the chunk again; returns where no single row is at fault.
   *
   * @param source on the snapshot
   * @param target in a transaction that has not failed, to be rolled back by the caller
   * @throws Found where rows are at fault
   */
  void find(Connection source, Connection target, CopySpec spec, CancelSignal cancel) {
    BisectionResult result =
        bisection.copyAround(source, target, spec, QuarantineSink.NONE, cancel);
    if (!result.faults().isEmpty()) {
      throw new Found(result);
    }
  }
}
