package dev.sensei.cli.command;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.Session;
import dev.sensei.cli.display.Amounts;
import dev.sensei.cli.run.ErrorQueueAccess;
import dev.sensei.cli.run.MigrationCommand;
import dev.sensei.cli.run.MigrationControl;
import dev.sensei.cli.run.MigrationControl.Answer;
import dev.sensei.cli.run.MigrationControl.Purpose;
import dev.sensei.cli.run.QueuedError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Decisions about rows that the target did not take; a worker carries them out. */
final class ErrorDecisions {
  private ErrorDecisions() {}

  abstract static class Deciding extends ErrorsCommands.Errors {
    private static final Duration LIMIT = Duration.ofMinutes(30);

    @Mixin private final PersonOptions person = new PersonOptions();

    Deciding(Session session) {
      super(session);
    }

    /** What is sent, once it is known what the queue holds. */
    abstract MigrationCommand command(ErrorQueueAccess queue);

    @Override
    Purpose purpose() {
      return Purpose.WORK;
    }

    @Override
    ExitCode with(MigrationControl control, ErrorQueueAccess queue) throws InterruptedException {
      Answer answer =
          control
              .send(migrationId, command(queue), person.name(session))
              .orElseThrow(() -> SteeringCommand.unknown(migrationId));
      if (answer instanceof Answer.Rejected rejected) {
        session
            .err()
            .println(
                "sensei: not allowed while %s is %s: %s"
                    .formatted(migrationId, rejected.state(), rejected.reason()));
        return ExitCode.FAILED;
      }
      MigrationControl.Resolved ended =
          control
              .awaitErrorsResolved(migrationId, LIMIT)
              .orElseThrow(
                  () ->
                      new CommandException(
                          ExitCode.FAILED,
                          "not done after %d minutes; \"./sensei errors list %s\" says how it stands"
                              .formatted(LIMIT.toMinutes(), migrationId)));
      List<QueuedError> open =
          queue.list().stream().filter(error -> error.state().equals("open")).toList();
      open.forEach(error -> session.out().println(Amounts.printable(line(error))));
      if (ended.failure().isPresent()) {
        throw new CommandException(
            ExitCode.FAILED,
            "not carried out to its end, %s rows still wait: %s"
                .formatted(Amounts.count(open.size()), ended.failure().get()));
      }
      session
          .out()
          .println(
              open.isEmpty()
                  ? "No row waits any more; the same \"./sensei migrate\" command goes on, or says"
                      + " what is still lacking."
                  : "%s rows still wait".formatted(Amounts.count(open.size())));
      return ExitCode.OK;
    }
  }

  /** A decision about rows that are in the queue. */
  abstract static class AboutRows extends Deciding {
    AboutRows(Session session) {
      super(session);
    }

    abstract List<Long> numbers();

    /** What is sent, once it is known that the queue has the rows. */
    abstract MigrationCommand command();

    @Override
    final MigrationCommand command(ErrorQueueAccess queue) {
      List<Long> known = queue.list().stream().map(QueuedError::number).toList();
      for (long number : numbers()) {
        if (!known.contains(number)) {
          throw CommandException.usage(
              "the error queue has no row %d; \"./sensei errors list %s\" lists them"
                  .formatted(number, migrationId));
        }
      }
      return command();
    }
  }

  @Command(
      name = "retry",
      mixinStandardHelpOptions = true,
      description = "Tries rows again, as the source has them now.")
  static final class Retry extends AboutRows {
    @Parameters(
        index = "1..*",
        paramLabel = "NUMBER",
        description = "The rows, as list names them; all that wait where none is named.")
    private List<Long> numbers = new ArrayList<>();

    Retry(Session session) {
      super(session);
    }

    @Override
    List<Long> numbers() {
      return numbers;
    }

    @Override
    MigrationCommand command() {
      return new MigrationCommand.RetryErrors(numbers);
    }
  }

  @Command(
      name = "skip",
      mixinStandardHelpOptions = true,
      description = "Leaves rows out; the certificate names who said so.")
  static final class Skip extends AboutRows {
    @Parameters(
        index = "1..*",
        paramLabel = "NUMBER",
        description = "The rows, as list names them; or --all.")
    private List<Long> numbers = new ArrayList<>();

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
    private String reason = "";

    @Option(names = "--all", description = "All that wait; needed where no row is named.")
    private boolean all;

    Skip(Session session) {
      super(session);
    }

    @Override
    void check() {
      if (numbers.isEmpty() != all) {
        throw CommandException.usage("name the rows to leave out, or give --all for all that wait");
      }
    }

    @Override
    List<Long> numbers() {
      return numbers;
    }

    @Override
    MigrationCommand command() {
      return new MigrationCommand.SkipErrors(numbers, reason);
    }
  }

  @Command(
      name = "set-aside",
      mixinStandardHelpOptions = true,
      description =
          "Sets rows aside that refer to rows which were not taken, so that the foreign keys can be"
              + " made; they wait in the queue.")
  static final class SetAside extends Deciding {
    SetAside(Session session) {
      super(session);
    }

    @Override
    MigrationCommand command(ErrorQueueAccess queue) {
      return new MigrationCommand.SetAsideOrphans();
    }
  }
}
