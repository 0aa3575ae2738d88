package dev.sensei.orchestrator.fold;

import java.util.List;

/** What is decided about an input. */
public sealed interface Decision {

  /**
   * It is folded in.
   *
   * @param events what happened, in order
   * @param effects what follows besides the effects of the events
   */
  record Accepted(Outcome outcome, List<Event> events, List<Effect> effects) implements Decision {
    public Accepted {
      events = List.copyOf(events);
      effects = List.copyOf(effects);
    }
  }

  /** It changes nothing. */
  record Dropped(Outcome outcome, String reason) implements Decision {}
}
