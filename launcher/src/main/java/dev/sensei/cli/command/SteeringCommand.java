package dev.sensei.cli.command;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.Session;
import dev.sensei.cli.run.MigrationCommand;
import dev.sensei.cli.run.MigrationControl;
import dev.sensei.cli.run.MigrationControl.Answer;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A command on a migration that exists. */
abstract class SteeringCommand implements Callable<Integer> {
  private final Session session;

  @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
  @Parameters(paramLabel = "ID", description = "The migration.")
  private String migrationId;

  @Mixin private final PlatformOptions platform = new PlatformOptions();
  @Mixin private final PersonOptions person = new PersonOptions();

  SteeringCommand(Session session) {
    this.session = session;
  }

  /** What is asked. */
  abstract MigrationCommand command();

  @Override
  public final Integer call() throws InterruptedException {
    MigrationCommand command = command();
    String name = person.name(session);
    try (MigrationControl control =
        session.backend().control().connect(platform.location(session))) {
      Answer answer =
          control.send(migrationId, command, name).orElseThrow(() -> unknown(migrationId));
      return switch (answer) {
        case Answer.Taken taken -> {
          session.out().println("%s is %s".formatted(migrationId, taken.state()));
          yield ExitCode.OK.code();
        }
        case Answer.Rejected rejected -> {
          session
              .err()
              .println(
                  "sensei: not allowed while %s is %s: %s"
                      .formatted(migrationId, rejected.state(), rejected.reason()));
          yield ExitCode.FAILED.code();
        }
      };
    }
  }

  /** The error of an id that stands for nothing. */
  static CommandException unknown(String migrationId) {
    return CommandException.usage(
        "there is no migration \"%s\" here; \"sensei status\" lists those there are"
            .formatted(migrationId.replaceAll("\\p{Cntrl}", "?")));
  }
}
