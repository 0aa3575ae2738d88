package dev.sensei.orchestrator.fold;

import static dev.sensei.orchestrator.fold.LifecycleState.*;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The one table of what a migration may do in which state; deciding and evolving both obey it. */
public final class Lifecycle {

  /**
   * A way from one state to another.
   *
   * @param from where it begins
   * @param trigger the command that a person gives, or the event that brings it about by itself
   * @param to where it ends; the same state where the trigger leaves it
   */
  public record Transition(LifecycleState from, Class<?> trigger, LifecycleState to) {
    /** Whether a person triggers it. */
    public boolean byCommand() {
      return Command.class.isAssignableFrom(trigger);
    }
  }

  /** Every transition there is. */
  public static final List<Transition> TRANSITIONS =
      Stream.of(
              from(CREATED, Command.StartMigration.class, ANALYZING),
              from(CREATED, Command.CancelMigration.class, CANCELLED),
              from(ANALYZING, Event.PlanningStarted.class, PLANNING),
              from(ANALYZING, Event.MigrationFailed.class, FAILED),
              from(ANALYZING, Command.CancelMigration.class, CANCELLED),
              from(PLANNING, Event.PlanCompleted.class, AWAITING_APPROVAL),
              from(PLANNING, Event.MigrationFailed.class, FAILED),
              from(PLANNING, Command.CancelMigration.class, CANCELLED),
              from(AWAITING_APPROVAL, Command.ApprovePlan.class, APPROVED),
              from(AWAITING_APPROVAL, Command.RejectPlan.class, ANALYZING),
              from(AWAITING_APPROVAL, Command.AmendPlan.class, PLANNING),
              from(AWAITING_APPROVAL, Command.CancelMigration.class, CANCELLED),
              from(APPROVED, Event.ExecutionStarted.class, RUNNING),
              from(APPROVED, Command.ContinueMigration.class, RUNNING),
              from(APPROVED, Command.AcceptExceptions.class, APPROVED),
              from(APPROVED, Command.CancelMigration.class, CANCELLED),
              from(RUNNING, Event.ExecutionCompleted.class, COMPLETED),
              from(RUNNING, Event.MigrationFailed.class, FAILED),
              from(RUNNING, Command.PauseMigration.class, PAUSED),
              from(RUNNING, Command.RetryErrors.class, RUNNING),
              from(RUNNING, Command.SkipErrors.class, RUNNING),
              from(RUNNING, Command.SetAsideOrphans.class, RUNNING),
              from(RUNNING, Command.ContinueMigration.class, RUNNING),
              from(RUNNING, Command.AcceptExceptions.class, RUNNING),
              from(RUNNING, Command.CancelMigration.class, CANCELLED),
              from(PAUSED, Command.ResumeMigration.class, RUNNING),
              from(PAUSED, Event.MigrationFailed.class, FAILED),
              from(PAUSED, Command.AcceptExceptions.class, PAUSED),
              from(PAUSED, Command.CancelMigration.class, CANCELLED),
              from(PAUSED, Command.RollBackMigration.class, CANCELLED),
              from(COMPLETED, Event.ValidationStarted.class, VALIDATING),
              from(COMPLETED, Event.MigrationFailed.class, FAILED),
              from(COMPLETED, Command.ContinueMigration.class, VALIDATING),
              from(COMPLETED, Command.AcceptExceptions.class, COMPLETED),
              from(COMPLETED, Command.AcceptExceptions.class, VALIDATING),
              from(COMPLETED, Command.RetryErrors.class, COMPLETED),
              from(COMPLETED, Command.SkipErrors.class, COMPLETED),
              from(COMPLETED, Command.CancelMigration.class, CANCELLED),
              from(COMPLETED, Command.RollBackMigration.class, CANCELLED),
              from(VALIDATING, Event.CertificateIssued.class, CERTIFIED),
              from(VALIDATING, Event.MigrationFailed.class, FAILED),
              from(VALIDATING, Command.AcceptExceptions.class, VALIDATING),
              from(VALIDATING, Command.CancelMigration.class, CANCELLED),
              from(FAILED, Event.MigrationFailed.class, FAILED),
              from(FAILED, Command.RetryMigration.class, ANALYZING),
              from(FAILED, Command.RetryMigration.class, RUNNING),
              from(FAILED, Command.RetryMigration.class, VALIDATING),
              from(FAILED, Command.AcceptExceptions.class, FAILED),
              from(FAILED, Command.AcceptExceptions.class, VALIDATING),
              from(FAILED, Command.CancelMigration.class, CANCELLED),
              from(FAILED, Command.RollBackMigration.class, CANCELLED))
          .toList();

  private static final Map<LifecycleState, Set<String>> COMMANDS = commands();

  private Lifecycle() {}

  /** Whether nothing happens to a migration any more. */
  public static boolean ended(LifecycleState state) {
    return state == CERTIFIED || state == CANCELLED;
  }

  /** Whether a person may give the command in the state; its content may still be wrong. */
  public static boolean allows(LifecycleState state, Command command) {
    return allowed(state).contains(name(command));
  }

  /** The names of the commands that a person may give in the state, in the table's order. */
  public static Set<String> allowed(LifecycleState state) {
    return COMMANDS.getOrDefault(state, Set.of());
  }

  /** Whether a migration may go from one state to the other; staying is no transition. */
  public static boolean leads(LifecycleState from, LifecycleState to) {
    return TRANSITIONS.stream().anyMatch(t -> t.from() == from && t.to() == to);
  }

  /** The table as a page shows it, in Markdown. */
  public static String describe() {
    var page = new StringBuilder("| from | by | to |\n|---|---|---|\n");
    for (Transition t : TRANSITIONS) {
      page.append("| %s | %s | %s |\n".formatted(t.from(), t.trigger().getSimpleName(), t.to()));
    }
    return page.toString();
  }

  static String name(Command command) {
    return command.getClass().getSimpleName();
  }

  private static Transition from(LifecycleState from, Class<?> trigger, LifecycleState to) {
    return new Transition(from, trigger, to);
  }

  private static Map<LifecycleState, Set<String>> commands() {
    Map<LifecycleState, Set<String>> byState = new EnumMap<>(LifecycleState.class);
    Arrays.stream(LifecycleState.values())
        .forEach(state -> byState.put(state, new LinkedHashSet<>()));
    TRANSITIONS.stream()
        .filter(Transition::byCommand)
        .forEach(
            t -> byState.computeIfPresent(t.from(), (state, names) -> with(names, t.trigger())));
    return byState;
  }

  private static Set<String> with(Set<String> names, Class<?> trigger) {
    names.add(trigger.getSimpleName());
    return names;
  }
}
