package dev.sensei.cli.command;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.Session;
import dev.sensei.cli.run.MigrationCommand;
import dev.sensei.cli.spec.SpecException;
import dev.sensei.cli.spec.SpecFile;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The commands that steer a migration. */
final class SteeringCommands {
  private SteeringCommands() {}

  static List<SteeringCommand> all(Session session) {
    return List.of(
        new Approve(session),
        new Reject(session),
        new Amend(session),
        new Pause(session),
        new Resume(session),
        new Cancel(session),
        new Retry(session),
        new RollBack(session),
        new Accept(session));
  }

  @Command(
      name = "approve",
      mixinStandardHelpOptions = true,
      description = "Approves the plan that waits.")
  private static final class Approve extends SteeringCommand {
    @Option(
        names = "--accept-exceptions",
        description = "Accept what the plan leaves behind; each is named on the certificate.")
    private boolean acceptExceptions;

    Approve(Session session) {
      super(session);
    }

    @Override
    MigrationCommand command() {
      return new MigrationCommand.Approve(acceptExceptions);
    }
  }

  @Command(
      name = "reject",
      mixinStandardHelpOptions = true,
      description = "Turns the plan down; the analysis begins again.")
  private static final class Reject extends SteeringCommand {
    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
    private String reason = "";

    Reject(Session session) {
      super(session);
    }

    @Override
    MigrationCommand command() {
      return new MigrationCommand.Reject(reason);
    }
  }

  @Command(
      name = "amend",
      mixinStandardHelpOptions = true,
      description = "Changes tables, options and thresholds before approval.")
  private static final class Amend extends SteeringCommand {
    @SuppressWarnings("NullAway.Init") // picocli sets it: the option is required
    @Option(
        names = "--spec",
        required = true,
        paramLabel = "FILE",
        description = "What holds from here on, as YAML; source and target stay.")
    private Path spec;

    Amend(Session session) {
      super(session);
    }

    @Override
    MigrationCommand command() {
      try {
        var read = SpecFile.read(spec);
        if (read.source().isPresent() || read.target().isPresent()) {
          throw CommandException.usage(
              "source and target of a migration stay; leave them out of the spec");
        }
        return new MigrationCommand.Amend(read);
      } catch (SpecException e) {
        throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
      }
    }
  }

  @Command(
      name = "pause",
      mixinStandardHelpOptions = true,
      description = "Stops handing out work; what is under way stops within a batch.")
  private static final class Pause extends SteeringCommand {
    Pause(Session session) {
      super(session);
    }

    @Override
    MigrationCommand command() {
      return new MigrationCommand.Pause();
    }
  }

  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "Goes on after a pause, or past a milestone.")
  private static final class Resume extends SteeringCommand {
    Resume(Session session) {
      super(session);
    }

    @Override
    MigrationCommand command() {
      return new MigrationCommand.Resume();
    }
  }

  @Command(
      name = "cancel",
      mixinStandardHelpOptions = true,
      description = "Stops for good; every table is rolled back.")
  private static final class Cancel extends SteeringCommand {
    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the journal.")
    private String reason = "no reason given";

    Cancel(Session session) {
      super(session);
    }

    @Override
    MigrationCommand command() {
      return new MigrationCommand.Cancel(reason);
    }

    @Override
    boolean rollsBack() {
      return true;
    }
  }

  @Command(
      name = "retry",
      mixinStandardHelpOptions = true,
      description = "Goes back to the phase that failed, at its last checkpoint.")
  private static final class Retry extends SteeringCommand {
    Retry(Session session) {
      super(session);
    }

    @Override
    MigrationCommand command() {
      return new MigrationCommand.Retry();
    }
  }

  @Command(
      name = "rollback",
      mixinStandardHelpOptions = true,
      description = "Rolls every table back after a pause, a failure or completion.")
  private static final class RollBack extends SteeringCommand {
    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the journal.")
    private String reason = "no reason given";

    RollBack(Session session) {
      super(session);
    }

    @Override
    MigrationCommand command() {
      return new MigrationCommand.RollBack(reason);
    }

    @Override
    boolean rollsBack() {
      return true;
    }
  }

  @Command(
      name = "accept",
      mixinStandardHelpOptions = true,
      description = "Accepts the exceptions of a migration that moved but is not certified.")
  private static final class Accept extends SteeringCommand {
    Accept(Session session) {
      super(session);
    }

    @Override
    MigrationCommand command() {
      return new MigrationCommand.Accept();
    }
  }
}
