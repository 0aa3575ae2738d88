package dev.sensei.cli.command;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.Session;
import dev.sensei.cli.display.ProgressDisplay;
import dev.sensei.cli.run.PlatformLocation;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A local stack that stays. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = "Starts a local stack that stays until it is interrupted.")
public final class UpCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = "--no-worker",
      description = "Starts no worker: those that are started beside it do the work.")
  private boolean noWorker;

  @Mixin private final PlatformOptions platform = new PlatformOptions();
  @Mixin private final EmbeddedOptions embedded = new EmbeddedOptions();
  @Mixin private final PersonOptions person = new PersonOptions();

  UpCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws InterruptedException {
    PlatformLocation.Embedded chosen = embedded.on(platform.embedded(session, "up"));
    if (noWorker && chosen.workerSlots().isPresent()) {
      throw CommandException.usage("--no-worker leaves no slots to choose; leave out --slots");
    }
    try (ProgressDisplay display =
        ProgressDisplay.of(session.screen(), session.out(), System::nanoTime)) {
      session
          .backend()
          .services()
          .up(
              noWorker ? chosen.withoutWorker() : chosen,
              new PersonListener(
                  session, display, session.out(), person.name(session), "", false, false));
    }
    return ExitCode.OK.code();
  }
}
