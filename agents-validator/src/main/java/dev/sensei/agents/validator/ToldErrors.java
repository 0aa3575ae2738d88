package dev.sensei.agents.validator;

import dev.sensei.agents.plan.TablePlan;
import dev.sensei.certificate.Quarantine;
import dev.sensei.databases.ledger.RowChange;
import dev.sensei.schemas.JournalRecord;
import dev.sensei.schemas.common.ErrorAction;
import dev.sensei.schemas.common.ErrorResolution;
import dev.sensei.schemas.common.ErrorState;
import dev.sensei.schemas.common.RowDeviation;
import dev.sensei.schemas.common.SetAsideRow;
import dev.sensei.schemas.common.TableErrors;
import dev.sensei.schemas.event.ErrorResolutionStarted;
import dev.sensei.schemas.event.ErrorsResolved;
import dev.sensei.schemas.event.ExecutionStarted;
import dev.sensei.schemas.event.PlanningStarted;
import dev.sensei.schemas.event.TableChecked;
import dev.sensei.schemas.event.TablePrepared;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the journal says of the error queue, taken record by record: how many rows of a table were
 * set aside, what people decided, and what came of it. The queue itself is in a database that
 * others may write to, so what it says is held against this.
 */
final class ToldErrors {
  private final Map<Integer, Counts> counts = new HashMap<>();
  private final List<Decision> decisions = new ArrayList<>();

  /** What was decided since rows were counted last: it was given up, however far it had come. */
  private final Set<ErrorAction> uncounted = EnumSet.noneOf(ErrorAction.class);

  /**
   * A decision.
   *
   * @param numbers the rows that were meant; empty for all that were open
   */
  private record Decision(
      ErrorAction action, String decidedBy, Instant time, String reason, Set<Long> numbers) {
    boolean covers(SetAsideRow row) {
      boolean taken = action == ErrorAction.RETRY || action == ErrorAction.MIGRATE_PARENTS;
      return (row.getState() == ErrorState.SKIPPED ? action == ErrorAction.SKIP : taken)
          && decidedBy.equals(row.getDecidedBy())
          && (numbers.isEmpty()
              || numbers.contains(row.getNumber())
              || row.getState() == ErrorState.FETCHED);
    }
  }

  /** Rows of a table by what has become of them. */
  private record Counts(
      long open, long skipped, long taken, long corrected, long fetched, long leftOut) {
    static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0);

    static Counts of(List<SetAsideRow> rows) {
      long corrected = in(rows, ErrorState.CORRECTED);
      return new Counts(
          in(rows, ErrorState.OPEN),
          in(rows, ErrorState.SKIPPED),
          in(rows, ErrorState.RETRIED) + corrected,
          corrected,
          in(rows, ErrorState.FETCHED),
          in(rows, ErrorState.LEFT_OUT));
    }

    private static long in(List<SetAsideRow> rows, ErrorState state) {
      return rows.stream().filter(row -> row.getState() == state).count();
    }

    Counts after(TableErrors told) {
      return new Counts(
          told.getOpen(),
          told.getSkipped(),
          told.getRetried() + told.getCorrected() - told.getFetched(),
          told.getCorrected() - told.getFetched(),
          told.getFetched(),
          leftOut);
    }

    /**
     * Whether these counts may have become those. Under a later snapshot a row that was corrected
     * may be one as any other, and one that was fetched is.
     *
     * @param since what was decided since, and not counted
     */
    boolean isBorneOutBy(Counts found, Set<ErrorAction> since) {
      if (leftOut != found.leftOut) {
        return false;
      }
      if (since.isEmpty()) {
        return open == found.open
            && skipped == found.skipped
            && taken == found.taken
            && corrected >= found.corrected
            && fetched >= found.fetched;
      }
      return since.contains(ErrorAction.SET_ASIDE_ORPHANS)
          ? decidable() <= found.decidable()
          : decidable() == found.decidable() && skipped <= found.skipped && taken <= found.taken;
    }

    /** Rows that people decide about, or did; those that were fetched came with others. */
    private long decidable() {
      return open + skipped + taken;
    }

    @Override
    public String toString() {
      return "%d open, %d skipped, %d taken after all, %d fetched for others, %d left out by a rule"
          .formatted(open, skipped, taken, fetched, leftOut);
    }
  }

  void take(JournalRecord found) {
    switch (found.event()) {
      case PlanningStarted event -> startOver();
      case ExecutionStarted event -> startOver();
      case TablePrepared event -> counts.remove(event.getTableIndex());
      case TableChecked event ->
          counts.put(
              event.getTableIndex(),
              new Counts(
                  event.getSetAside(),
                  0,
                  0,
                  0,
                  0,
                  event.getDeviations().stream()
                      .filter(deviation -> RowChange.leavesOut(deviation.getKind()))
                      .mapToLong(RowDeviation::getRows)
                      .sum()));
      case ErrorResolutionStarted event -> {
        ErrorResolution resolution = event.getResolution();
        uncounted.add(resolution.getAction());
        decisions.add(
            new Decision(
                resolution.getAction(),
                resolution.getRequestedBy(),
                found.time(),
                resolution.getReason(),
                new HashSet<>(resolution.getNumbers())));
      }
      case ErrorsResolved event -> {
        uncounted.clear();
        event
            .getTables()
            .forEach(
                told ->
                    counts.merge(
                        told.getTableIndex(),
                        Counts.NONE.after(told),
                        (before, after) -> before.after(told)));
      }
      default -> {
        // No other event is about the error queue.
      }
    }
  }

  /** Rows that the target has as the source has them since. */
  long corrected() {
    return counts.values().stream().mapToLong(each -> each.corrected() + each.fetched()).sum();
  }

  private void startOver() {
    counts.clear();
    decisions.clear();
    uncounted.clear();
  }

  /** What people decided, for a certificate. */
  List<Quarantine.Decision> decisions() {
    return decisions.stream()
        .map(
            decision ->
                new Quarantine.Decision(
                    switch (decision.action()) {
                      case RETRY -> Quarantine.Action.RETRY;
                      case SKIP -> Quarantine.Action.SKIP;
                      case SET_ASIDE_ORPHANS -> Quarantine.Action.SET_ASIDE;
                      case MIGRATE_PARENTS -> Quarantine.Action.MIGRATE_PARENTS;
                      case UNKNOWN ->
                          throw new IllegalStateException("a decision of no known kind");
                    },
                    decision.decidedBy(),
                    decision.time(),
                    decision.reason()))
        .toList();
  }

  /** Where rows of the queue are not what the journal says of them, one line each. */
  List<String> objections(TablePlan table, List<SetAsideRow> rows) {
    List<String> found = new ArrayList<>();
    Counts told = counts.getOrDefault(table.index(), Counts.NONE);
    Counts is = Counts.of(rows);
    if (!told.isBorneOutBy(is, uncounted)) {
      found.add(
          "of the rows of %s that were set aside, the journal has %s, the error queue %s"
              .formatted(table.source(), told, is));
    }
    rows.stream()
        .filter(row -> !isDecidedAsTold(row))
        .findFirst()
        .ifPresent(
            row ->
                found.add(
                    "row %d of %s is %s in the error queue, by \"%s\", and the journal has no such decision"
                        .formatted(
                            row.getNumber(), table.source(), row.getState(), row.getDecidedBy())));
    return found;
  }

  private boolean isDecidedAsTold(SetAsideRow row) {
    return switch (row.getState()) {
      case OPEN, LEFT_OUT -> row.getDecidedBy().isEmpty();
      case SKIPPED, RETRIED, CORRECTED, FETCHED ->
          decisions.stream().anyMatch(decision -> decision.covers(row));
      case UNKNOWN -> false;
    };
  }
}
