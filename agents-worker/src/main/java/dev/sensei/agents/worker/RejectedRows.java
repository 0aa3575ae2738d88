package dev.sensei.agents.worker;

import dev.sensei.agents.TaskFailure;
import dev.sensei.databases.TableName;
import dev.sensei.databases.copy.RowFault;
import dev.sensei.databases.errors.ErrorFields;
import dev.sensei.schemas.common.FailureClass;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Says that more rows of a chunk are at fault than may be set aside, how many and why. It rolls the
 * chunk back as it passes.
 */
final class RejectedRows extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<RowFault> faults;
  private final boolean complete;
  private final int most;

  /**
   * Rows at fault.
   *
   * @param faults those that were found, at least one
   * @param complete whether these are all
   * @param most how many may be set aside
   */
  RejectedRows(List<RowFault> faults, boolean complete, int most) {
    super("rows at fault were found");
    this.faults = List.copyOf(faults);
    this.complete = complete;
    this.most = most;
  }

  /** What is reported: counts, codes and names, no value. */
  TaskFailure failure(TableName table) {
    Map<String, Long> reasons = new TreeMap<>();
    faults.forEach(fault -> reasons.merge(reason(fault.fields()), 1L, Long::sum));
    String message =
        "expected %s to take every row%s, found %s%d at fault: %s; mend them in the source or what refuses them in the target, then retry, or begin again with a spec whose errors.maxRows lets more go to the error queue"
            .formatted(
                table,
                most == 0 ? "" : " but %,d".formatted(most),
                complete ? "" : "at least ",
                faults.size(),
                reasons.entrySet().stream()
                    .map(entry -> entry.getValue() + " by " + entry.getKey())
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
