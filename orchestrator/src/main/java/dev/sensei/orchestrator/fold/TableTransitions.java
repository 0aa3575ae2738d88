package dev.sensei.orchestrator.fold;

import static dev.sensei.orchestrator.fold.TableRunState.*;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * The one table of what a table's run may do.
 *
 * <p>VALIDATING_POST is where the evidence of a settled ledger is judged: it is entered when the
 * ledger is complete, and left in the same step. A ledger that lacks chunks keeps the table in
 * MIGRATING.
 */
public final class TableTransitions {

  /** Where each state may lead. */
  public static final Map<TableRunState, Set<TableRunState>> ALLOWED = allowed();

  private TableTransitions() {}

  /** Whether a table may go from one state to the other. */
  public static boolean leads(TableRunState from, TableRunState to) {
    return ALLOWED.getOrDefault(from, Set.of()).contains(to);
  }

  /** Whether a table counts as being in work. */
  static boolean inWork(TableRunState state) {
    return switch (state) {
      case PREPARING, VALIDATING_PRE, MIGRATING, VALIDATING_POST, COMPLETING, ROLLING_BACK -> true;
      case UNKNOWN, IDLE, BLOCKED, FAILED, DONE, ROLLED_BACK -> false;
    };
  }

  /** The table as a page shows it, in Markdown. */
  public static String describe() {
    var page = new StringBuilder("| from | to |\n|---|---|\n");
    ALLOWED.forEach(
        (from, to) ->
            page.append(
                "| %s | %s |\n"
                    .formatted(from, String.join(", ", to.stream().map(Enum::name).toList()))));
    return page.toString();
  }

  private static Map<TableRunState, Set<TableRunState>> allowed() {
    Map<TableRunState, Set<TableRunState>> to = new EnumMap<>(TableRunState.class);
    to.put(IDLE, EnumSet.of(PREPARING, ROLLING_BACK));
    to.put(PREPARING, EnumSet.of(VALIDATING_PRE, BLOCKED, FAILED));
    to.put(BLOCKED, EnumSet.of(PREPARING, ROLLING_BACK));
    to.put(VALIDATING_PRE, EnumSet.of(MIGRATING, FAILED, PREPARING, ROLLING_BACK));
    to.put(MIGRATING, EnumSet.of(VALIDATING_POST, ROLLING_BACK));
    to.put(VALIDATING_POST, EnumSet.of(COMPLETING, ROLLING_BACK));
    to.put(COMPLETING, EnumSet.of(DONE, ROLLING_BACK));
    to.put(DONE, EnumSet.of(ROLLING_BACK));
    to.put(ROLLING_BACK, EnumSet.of(ROLLED_BACK, IDLE, FAILED, ROLLING_BACK));
    to.put(FAILED, EnumSet.of(IDLE, ROLLING_BACK));
    to.put(ROLLED_BACK, EnumSet.of(IDLE));
    return to;
  }
}
