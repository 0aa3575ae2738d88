package dev.sensei.cli.command;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.Session;
import dev.sensei.cli.run.MigrationCommand;
import dev.sensei.cli.run.MigrationControl;
import dev.sensei.cli.run.MigrationControl.Answer;
import dev.sensei.cli.run.MigrationControl.Ended;
import dev.sensei.cli.run.MigrationControl.Purpose;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A command on a migration that exists. */
abstract class SteeringCommand implements Callable<Integer> {
  /** How long a rollback is waited for; it goes on behind that. */
  private static final Duration ROLLBACK_LIMIT = Duration.ofMinutes(30);

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

  /** Whether the command takes back what is in the target, which is waited for. */
  boolean rollsBack() {
    return false;
  }

  @Override
  public final Integer call() throws InterruptedException {
    MigrationCommand command = command();
    String name = person.name(session);
    try (MigrationControl control =
        session
            .backend()
            .control()
            .connect(platform.location(session), rollsBack() ? Purpose.WORK : Purpose.DECIDE)) {
      Answer answer =
          control.send(migrationId, command, name).orElseThrow(() -> unknown(migrationId));
      return switch (answer) {
        case Answer.Taken taken when rollsBack() -> rolledBack(control);
        case Answer.Taken taken -> {
          session.out().println("%s is %s".formatted(migrationId, taken.state()));
          if (!control.staysUp()) {
            session
                .err()
                .println(
                    "sensei: nothing works on it now; the \"./sensei migrate\" command that began"
                        + " it goes on with it");
          }
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

  private int rolledBack(MigrationControl control) throws InterruptedException {
    session.err().println("sensei: taking back what is in the target");
    Optional<Ended> ended = control.awaitEnd(migrationId, ROLLBACK_LIMIT);
    if (ended.isEmpty()) {
      throw new CommandException(
          ExitCode.FAILED,
          "%s is still being rolled back after %d minutes; \"./sensei status %s\" says how it stands"
              .formatted(migrationId, ROLLBACK_LIMIT.toMinutes(), migrationId));
    }
    if (!ended.get().reason().isEmpty()) {
      throw new CommandException(
          ExitCode.FAILED,
          "%s is %s: %s; mend that (a password may be missing: TARGET_PGPASSWORD), then cancel again"
              .formatted(migrationId, ended.get().state(), ended.get().reason()));
    }
    session.out().println("%s is %s".formatted(migrationId, ended.get().state()));
    return ExitCode.OK.code();
  }

  /** The error of an id that stands for nothing. */
  static CommandException unknown(String migrationId) {
    return CommandException.usage(
        "there is no migration \"%s\" here; \"./sensei status\" lists those there are"
            .formatted(migrationId.replaceAll("\\p{Cntrl}", "?")));
  }
}
