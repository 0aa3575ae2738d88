package dev.sensei.cli.command;

import dev.sensei.cli.ExitCode;
import dev.sensei.cli.Session;
import dev.sensei.cli.display.ProgressDisplay;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** A local stack that stays. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = "Starts a local stack that stays until it is interrupted.")
public final class UpCommand implements Callable<Integer> {
  private final Session session;

  @Mixin private final PlatformOptions platform = new PlatformOptions();
  @Mixin private final EmbeddedOptions embedded = new EmbeddedOptions();
  @Mixin private final PersonOptions person = new PersonOptions();

  UpCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (ProgressDisplay display =
        ProgressDisplay.of(session.screen(), session.out(), System::nanoTime)) {
      session
          .backend()
          .services()
          .up(
              embedded.on(platform.embedded(session, "up")),
              new PersonListener(
                  session, display, session.out(), person.name(session), false, false));
    }
    return ExitCode.OK.code();
  }
}
