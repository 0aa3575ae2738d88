package dev.sensei.cli.command;

import dev.sensei.cli.ExitCode;
import dev.sensei.cli.Session;
import dev.sensei.cli.display.Amounts;
import dev.sensei.cli.run.ErrorQueueAccess;
import dev.sensei.cli.run.MigrationControl;
import dev.sensei.cli.run.MigrationControl.Purpose;
import dev.sensei.cli.run.QueuedError;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands on rows that the target did not take. */
@Command(
    name = "errors",
    mixinStandardHelpOptions = true,
    description = "Shows and decides about rows that the target did not take.")
final class ErrorsCommands implements Runnable {
  @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
  @Spec
  private CommandSpec spec;

  private ErrorsCommands() {}

  static CommandLine commandLine(Session session) {
    return new CommandLine(new ErrorsCommands())
        .addSubcommand(new ListAll(session))
        .addSubcommand(new Show(session))
        .addSubcommand(new ErrorDecisions.Retry(session))
        .addSubcommand(new ErrorDecisions.Skip(session))
        .addSubcommand(new ErrorDecisions.SetAside(session))
        .addSubcommand(new Export(session));
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "name one of: errors list, errors show, errors retry, errors skip, errors set-aside,"
            + " errors export");
  }

  /** What every one of them takes. */
  abstract static class Errors implements Callable<Integer> {
    final Session session;

    @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
    @Parameters(index = "0", paramLabel = "ID", description = "The migration.")
    String migrationId;

    @Mixin private final PlatformOptions platform = new PlatformOptions();

    Errors(Session session) {
      this.session = session;
    }

    Purpose purpose() {
      return Purpose.LOOK;
    }

    /** Looks at what was given, before anything is connected to. */
    void check() {}

    abstract ExitCode with(MigrationControl control, ErrorQueueAccess queue)
        throws InterruptedException;

    @Override
    public final Integer call() throws InterruptedException {
      check();
      try (MigrationControl control =
          session.backend().control().connect(platform.location(session), purpose())) {
        ErrorQueueAccess queue =
            control.errors(migrationId).orElseThrow(() -> SteeringCommand.unknown(migrationId));
        return with(control, queue).code();
      }
    }

    static String line(QueuedError error) {
      return "%s  %-9s  %s  %s: %s%s"
          .formatted(
              error.number() == 0
                  ? error.keyHash().substring(0, 16)
                  : "%6d".formatted(error.number()),
              error.state(),
              error.code(),
              error.table(),
              error.message(),
              error
                  .decidedBy()
                  .map(
                      by ->
                          " (decided by "
                              + by
                              + error.reason().map(why -> ": " + why).orElse("")
                              + ")")
                  .orElse(""));
    }
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the rows with why they were not taken; no values.")
  private static final class ListAll extends Errors {
    @Option(names = "--json", description = "One document on standard output.")
    private boolean json;

    @Option(names = "--open", description = "Only those that wait for a decision.")
    private boolean open;

    ListAll(Session session) {
      super(session);
    }

    @Override
    ExitCode with(MigrationControl control, ErrorQueueAccess queue) {
      List<QueuedError> all =
          queue.list().stream().filter(error -> !open || error.state().equals("open")).toList();
      if (json) {
        session.out().println(JsonText.of(all.stream().map(ListAll::members).toList()));
      } else if (all.isEmpty()) {
        session.out().println("No rows%s.".formatted(open ? " that wait" : ""));
      } else {
        all.forEach(error -> session.out().println(Amounts.printable(line(error))));
        session
            .out()
            .println(
                "%s rows, %s of them wait"
                    .formatted(
                        Amounts.count(all.size()),
                        Amounts.count(
                            all.stream().filter(error -> error.state().equals("open")).count())));
      }
      return ExitCode.OK;
    }

    private static Map<String, @Nullable Object> members(QueuedError error) {
      Map<String, @Nullable Object> members = new LinkedHashMap<>();
      members.put("number", error.number());
      members.put("table", error.table());
      members.put("state", error.state());
      members.put("class", error.errorClass());
      members.put("code", error.code());
      members.put("message", error.message());
      members.put("keyHash", error.keyHash());
      members.put("attempts", error.attempts());
      members.put("decidedBy", error.decidedBy().orElse(null));
      members.put("reason", error.reason().orElse(null));
      members.put("recordedAt", error.recordedAt().map(Object::toString).orElse(null));
      return members;
    }
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Decrypts a row and shows its values.")
  private static final class Show extends Errors {
    @Parameters(index = "1", paramLabel = "NUMBER", description = "The row, as list names it.")
    private long number;

    @Mixin private final KeyOption key = new KeyOption();

    @Option(names = "--json", description = "One document on standard output.")
    private boolean json;

    Show(Session session) {
      super(session);
    }

    @Override
    ExitCode with(MigrationControl control, ErrorQueueAccess queue) {
      Map<String, Optional<String>> values = queue.values(number, key.reference());
      if (json) {
        session.out().println(JsonText.of(nullable(values)));
        return ExitCode.OK;
      }
      queue.list().stream()
          .filter(error -> error.number() == number)
          .forEach(error -> session.out().println(Amounts.printable(line(error))));
      values.forEach(
          (column, value) ->
              session
                  .out()
                  .println(
                      "  %s = %s"
                          .formatted(
                              Amounts.printable(column),
                              value.map(Amounts::printable).orElse("NULL"))));
      return ExitCode.OK;
    }
  }

  /** As members of a JSON object. */
  static Map<String, @Nullable String> nullable(Map<String, Optional<String>> values) {
    Map<String, @Nullable String> members = new LinkedHashMap<>();
    values.forEach((column, value) -> members.put(column, value.orElse(null)));
    return members;
  }

  /** Where the key is. */
  static final class KeyOption {
    @Option(
        names = "--key",
        paramLabel = "REF",
        description =
            "Where the queue's key is, env://NAME or file:///path (else where the migration says,"
                + " else the data directory's).")
    private @Nullable String key;

    Optional<String> reference() {
      return Optional.ofNullable(key);
    }
  }

  @Command(
      name = "export",
      mixinStandardHelpOptions = true,
      description = "Decrypts the rows that wait into a file of JSON lines.")
  private static final class Export extends Errors {
    @SuppressWarnings("NullAway.Init") // picocli sets it: the option is required
    @Option(
        names = "--to",
        required = true,
        paramLabel = "FILE",
        description = "A new file, which only its owner can read.")
    private Path file;

    @Mixin private final KeyOption key = new KeyOption();

    Export(Session session) {
      super(session);
    }

    @Override
    ExitCode with(MigrationControl control, ErrorQueueAccess queue) {
      long rows = new DecryptedRows(file, session.err()).write(queue, key.reference());
      session
          .out()
          .println(
              "%s rows, decrypted, in %s: keep it safe and delete it when it has served"
                  .formatted(Amounts.count(rows), file));
      return ExitCode.OK;
    }
  }
}
