package dev.sensei.cli;

import dev.sensei.cli.run.Backend;
import dev.sensei.cli.system.Systems;

/** The one place where the command line gets what stands behind it. */
final class Wiring {
  private Wiring() {}

  /** What the launcher runs with. */
  static Backend backend() {
    return Systems.backend();
  }
}
