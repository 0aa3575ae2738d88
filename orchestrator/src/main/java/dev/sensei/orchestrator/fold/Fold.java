package dev.sensei.orchestrator.fold;

import java.util.ArrayList;
import java.util.List;

/**
 * The three pure functions over a migration, and the step that composes them. Whoever runs it loads
 * the header and the table that {@link Input#table()} names, stores both after the step, appends
 * the events to the journal, carries the effects out, and feeds each {@link Effect.Continue} back,
 * first in, first out, before the next input.
 */
public final class Fold {
  private final Settings settings;

  /** A fold for one installation. */
  public Fold(Settings settings) {
    this.settings = settings;
  }

  /** What happened, given the state and the input; changes nothing. */
  public Decision decide(Slice state, Input input) {
    if (state.migration().isEmpty()) {
      return input instanceof Input.CommandReceived received
              && received.command() instanceof Command.CreateMigration create
          ? Commands.create(new Draft(state, input.now(), settings), create)
          : new Decision.Dropped(
              Outcome.UNKNOWN_MIGRATION, "there is no migration " + input.migrationId());
    }
    Draft draft = new Draft(state, input.now(), settings);
    return switch (input) {
      case Input.CommandReceived command -> Commands.decide(draft, command.command(), command.id());
      case Input.ReportReceived report -> Reports.decide(draft, report.report());
      case Input.TimerFired timer -> Timers.decide(draft, timer);
      case Input.Continuation continuation -> Sweeps.decide(draft, continuation.cursor());
    };
  }

  /** Decides, evolves each event, and reacts to it before the next is evolved. */
  public StepResult step(Slice before, Input input) {
    return switch (decide(before, input)) {
      case Decision.Dropped dropped ->
          new StepResult(
              before.migration(),
              before.table(),
              List.of(),
              List.of(),
              dropped.outcome(),
              dropped.reason());
      case Decision.Accepted accepted -> {
        Slice slice = before;
        List<Effect> effects = new ArrayList<>();
        for (Event event : accepted.events()) {
          slice = Evolve.evolve(slice, event);
          effects.addAll(React.react(settings, slice, event, input.now()));
        }
        effects.addAll(accepted.effects());
        yield new StepResult(
            slice.migration(), slice.table(), accepted.events(), effects, accepted.outcome(), "");
      }
    };
  }
}
