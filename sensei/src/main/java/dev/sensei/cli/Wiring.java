package dev.sensei.cli;

import dev.sensei.cli.run.Backend;
import dev.sensei.cli.run.DemoRequest;
import dev.sensei.cli.run.MigrateRequest;
import dev.sensei.cli.run.MigrationRunner;
import dev.sensei.cli.run.PlatformLocation;
import dev.sensei.cli.run.RunListener;
import dev.sensei.cli.run.RunResult;
import dev.sensei.cli.run.ServiceProcesses;

/** The one place where the command line gets what stands behind it. */
final class Wiring {
  private Wiring() {}

  /** What the launcher runs with. */
  static Backend backend() {
    Unconnected unconnected = new Unconnected();
    return new Backend(
        unconnected,
        platform -> {
          throw unavailable();
        },
        unconnected);
  }

  private static CommandException unavailable() {
    return new CommandException(
        ExitCode.INTERNAL_ERROR,
        "this build has no platform connected; only \"verify\" and the help work in it");
  }

  /** Refuses everything: this build carries no platform. */
  private static final class Unconnected implements MigrationRunner, ServiceProcesses {
    @Override
    public RunResult migrate(MigrateRequest request, RunListener listener) {
      throw unavailable();
    }

    @Override
    public RunResult demo(DemoRequest request, RunListener listener) {
      throw unavailable();
    }

    @Override
    public void up(PlatformLocation.Embedded platform, RunListener listener) {
      throw unavailable();
    }

    @Override
    public void orchestrator(OrchestratorRequest request) {
      throw unavailable();
    }

    @Override
    public void agent(Agent agent, AgentRequest request) {
      throw unavailable();
    }
  }
}
