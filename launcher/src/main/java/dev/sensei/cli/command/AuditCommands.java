package dev.sensei.cli.command;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.Session;
import dev.sensei.cli.run.AuditTrail;
import dev.sensei.cli.run.MigrationControl;
import dev.sensei.cli.run.MigrationControl.Purpose;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands that read the journal of a migration. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = "Reads a migration's journal: what happened, and whether it holds.")
final class AuditCommands implements Runnable {
  @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
  @Spec
  private CommandSpec spec;

  private AuditCommands() {}

  static CommandLine commandLine(Session session) {
    return new CommandLine(new AuditCommands())
        .addSubcommand(new Log(session))
        .addSubcommand(new Replay(session))
        .addSubcommand(new StateAt(session))
        .addSubcommand(new Verify(session));
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "name one of: audit log, audit replay, audit state-at, audit verify");
  }

  /** What every one of them takes. */
  private abstract static class Audit implements Callable<Integer> {
    final Session session;

    @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
    @Parameters(index = "0", paramLabel = "ID", description = "The migration.")
    String migrationId;

    @Option(names = "--json", description = "JSON on standard output.")
    boolean json;

    @Mixin private final PlatformOptions platform = new PlatformOptions();

    Audit(Session session) {
      this.session = session;
    }

    abstract ExitCode with(AuditTrail trail) throws InterruptedException;

    @Override
    public final Integer call() throws InterruptedException {
      try (MigrationControl control =
          session.backend().control().connect(platform.location(session), Purpose.LOOK)) {
        if (control.status(migrationId).isEmpty()) {
          throw SteeringCommand.unknown(migrationId);
        }
        return with(control.audit()).code();
      }
    }
  }

  @Command(
      name = "log",
      mixinStandardHelpOptions = true,
      description = "Prints every record, in order; with --json, one document a line.")
  private static final class Log extends Audit {
    Log(Session session) {
      super(session);
    }

    @Override
    ExitCode with(AuditTrail trail) throws InterruptedException {
      long records =
          trail.log(
              migrationId,
              entry ->
                  session
                      .out()
                      .println(
                          json
                              ? "{\"sequence\": %d, \"time\": \"%s\", \"type\": \"%s\", \"hash\": \"%s\", \"record\": %s}"
                                  .formatted(
                                      entry.sequence(),
                                      entry.at(),
                                      entry.type(),
                                      entry.hash(),
                                      entry.json())
                              : "%6d  %s  %-24s  %s"
                                  .formatted(
                                      entry.sequence(), entry.at(), entry.type(), entry.hash())));
      if (records == 0) {
        throw SteeringCommand.unknown(migrationId);
      }
      return ExitCode.OK;
    }
  }

  @Command(
      name = "replay",
      mixinStandardHelpOptions = true,
      description = "Folds the journal again and compares with the live state.")
  private static final class Replay extends Audit {
    Replay(Session session) {
      super(session);
    }

    @Override
    ExitCode with(AuditTrail trail) throws InterruptedException {
      AuditTrail.Replay replay =
          trail.replay(migrationId).orElseThrow(() -> SteeringCommand.unknown(migrationId));
      if (json) {
        session.out().println(JsonText.of(replay));
      } else {
        replay.differences().forEach(line -> session.out().println(line));
        session
            .out()
            .println(
                replay.same()
                    ? "%d records replayed into %d states; they are the live ones, byte for byte: %s"
                        .formatted(replay.records(), replay.states(), replay.digest())
                    : "%d records replayed into %d states; %d of them differ from the live ones"
                        .formatted(replay.records(), replay.states(), replay.differences().size()));
      }
      return replay.same() ? ExitCode.OK : ExitCode.FAILED;
    }
  }

  @Command(
      name = "state-at",
      mixinStandardHelpOptions = true,
      description = "Prints the state after a record, in its canonical form.")
  private static final class StateAt extends Audit {
    @Parameters(index = "1", paramLabel = "SEQUENCE", description = "The record's sequence.")
    private long sequence;

    StateAt(Session session) {
      super(session);
    }

    @Override
    ExitCode with(AuditTrail trail) throws InterruptedException {
      if (sequence < 0) {
        throw CommandException.usage("SEQUENCE has to be 0 or more, found " + sequence);
      }
      session
          .out()
          .println(
              trail
                  .stateAt(migrationId, sequence)
                  .orElseThrow(
                      () ->
                          CommandException.usage(
                              "there is no record %d of migration \"%s\"; \"./sensei audit log ID\" lists them"
                                  .formatted(sequence, migrationId))));
      return ExitCode.OK;
    }
  }

  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = "Checks the chain of hashes; names the first record that does not hold.")
  private static final class Verify extends Audit {
    Verify(Session session) {
      super(session);
    }

    @Override
    ExitCode with(AuditTrail trail) throws InterruptedException {
      AuditTrail.Chain chain =
          trail.verify(migrationId).orElseThrow(() -> SteeringCommand.unknown(migrationId));
      if (json) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("records", chain.records());
        members.put("head", chain.head());
        members.put("intact", chain.broken().isEmpty());
        members.put("broken", chain.broken().orElse(""));
        session.out().println(JsonText.of(members));
      } else {
        session
            .out()
            .println(
                chain
                    .broken()
                    .map(where -> "The chain is broken: " + where)
                    .orElseGet(
                        () ->
                            "%d records hold; the head is %s"
                                .formatted(chain.records(), chain.head())));
      }
      return chain.broken().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }
  }
}
