package dev.sensei.cli.system;

import dev.sensei.cli.run.Backend;

/** What stands behind the command line. */
public final class Systems {
  private Systems() {}

  /** Runs, controls and services on the real system. */
  public static Backend backend() {
    return new Backend(new SystemRunner(), new SystemConnector(), new SystemServices());
  }
}
