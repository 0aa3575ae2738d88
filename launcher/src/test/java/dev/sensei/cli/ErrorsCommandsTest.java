package dev.sensei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.cli.display.MigrationView;
import dev.sensei.cli.run.AuditTrail;
import dev.sensei.cli.run.Backend;
import dev.sensei.cli.run.ErrorQueueAccess;
import dev.sensei.cli.run.MigrationCommand;
import dev.sensei.cli.run.MigrationControl;
import dev.sensei.cli.run.PlanSummary;
import dev.sensei.cli.run.QueuedError;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands on the error queue leave behind, and what they look at first. */
final class ErrorsCommandsTest {
  @TempDir Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private int connections;

  @Test
  void anExportWithAnotherKeyLeavesNoFileAndTheNextOneIsWhole() throws Exception {
    Path file = directory.resolve("rows.jsonl");

    assertThat(export(file, "env://WRONG")).isEqualTo(2);
    assertThat(err.toString()).contains("encrypted with key");
    assertThat(file).doesNotExist();

    assertThat(export(file, "env://RIGHT")).isZero();
    assertThat(Files.readString(file)).contains("\"name\":\"Ada\"");
  }

  @Test
  void anExportThatBreaksLeavesNoDecryptedRow() {
    Path file = directory.resolve("rows.jsonl");

    assertThat(export(file, "env://BREAKS")).isEqualTo(3);

    assertThat(file).doesNotExist();
  }

  @Test
  void anExportLeavesAFileThatIsThereAsItIs() throws Exception {
    Path file = Files.writeString(directory.resolve("rows.jsonl"), "mine");

    assertThat(export(file, "env://RIGHT")).isEqualTo(2);

    assertThat(err.toString()).contains("is there already");
    assertThat(Files.readString(file)).isEqualTo("mine");
  }

  @Test
  void whatIsToBeSkippedIsNamedBeforeAnythingIsConnectedTo() {
    assertThat(run("skip", "m-1", "--reason", "no")).isEqualTo(2);
    assertThat(run("skip", "m-1", "7", "--all", "--reason", "no")).isEqualTo(2);

    assertThat(err.toString()).contains("name the rows to leave out, or give --all");
    assertThat(connections).isZero();
    assertThat(run("skip", "--help")).isZero();
    assertThat(out.toString()).contains("or --all").doesNotContain("where none is named");
  }

  private int export(Path file, String key) {
    return run("export", "m-1", "--to", file.toString(), "--key", key);
  }

  private int run(String command, String... more) {
    String[] arguments = new String[more.length + 2];
    arguments[0] = "errors";
    arguments[1] = command;
    System.arraycopy(more, 0, arguments, 2, more.length);
    Backend real = Wiring.backend();
    Session session =
        new Session(
            new Backend(
                real.runner(),
                (platform, purpose) -> {
                  connections++;
                  return new OneRow();
                },
                real.services()),
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            new BufferedReader(new StringReader("")),
            Optional.empty(),
            Map.of(),
            directory.resolve("home"));
    return Main.run(session, arguments);
  }

  /** A queue of one row, which one key opens, one does not, and one loses the target after it. */
  private static final class OneRow implements MigrationControl, ErrorQueueAccess {
    private static final QueuedError ROW =
        new QueuedError(
            1,
            "public.t",
            "open",
            "data",
            "22001",
            "too long",
            "ab".repeat(32),
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    @Override
    public List<QueuedError> list() {
      return List.of(ROW);
    }

    @Override
    public Map<String, Optional<String>> values(long number, Optional<String> key) {
      if (key.equals(Optional.of("env://WRONG"))) {
        throw CommandException.usage("row 1 was encrypted with key a, found key b");
      }
      return Map.of("name", Optional.of("Ada"));
    }

    @Override
    public void forEachOpen(Optional<String> key, Consumer<OpenRow> taker) {
      taker.accept(new OpenRow(ROW, values(1, key)));
      if (key.equals(Optional.of("env://BREAKS"))) {
        throw new CommandException(ExitCode.FAILED, "the target went away");
      }
    }

    @Override
    public Optional<ErrorQueueAccess> errors(String migrationId) {
      return Optional.of(this);
    }

    @Override
    public boolean staysUp() {
      return true;
    }

    @Override
    public List<MigrationView> migrations() {
      return List.of();
    }

    @Override
    public Optional<MigrationView> status(String migrationId) {
      return Optional.empty();
    }

    @Override
    public Optional<PlanSummary> plan(String migrationId) {
      return Optional.empty();
    }

    @Override
    public Optional<Answer> send(String id, MigrationCommand command, String requestedBy) {
      return Optional.empty();
    }

    @Override
    public Optional<Ended> awaitEnd(String migrationId, Duration limit) {
      return Optional.empty();
    }

    @Override
    public Optional<Resolved> awaitErrorsResolved(String migrationId, Duration limit) {
      return Optional.of(new Resolved(Optional.empty()));
    }

    @Override
    public AuditTrail audit() {
      throw new AssertionError("no command on errors reads the journal");
    }

    @Override
    public void close() {}
  }
}
