package dev.sensei.orchestrator.projection;

import dev.sensei.orchestrator.fold.TableRunState;
import java.util.Locale;

/** The numbers and names of a table run's states, as the control database has them. */
final class StateId {
  private StateId() {}

  /** The number: 1 to 8 as they always were, above that the states added since; 0 for unknown. */
  static int of(TableRunState state) {
    return switch (state) {
      case UNKNOWN -> 0;
      case IDLE -> 1;
      case PREPARING -> 2;
      case VALIDATING_PRE -> 3;
      case MIGRATING -> 4;
      case VALIDATING_POST -> 5;
      case COMPLETING -> 6;
      case ROLLING_BACK -> 7;
      case FAILED -> 8;
      case BLOCKED -> 9;
      case DONE -> 10;
      case ROLLED_BACK -> 11;
    };
  }

  /** The name in small letters, such as {@code validating_pre}. */
  static String name(Enum<?> state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
