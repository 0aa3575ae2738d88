package dev.sensei.cli.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sensei.cli.proof.SenseiProcess.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One migration on a data directory of its own, started and killed until it is let go on. */
final class KilledMigration {
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final Pattern READY = Pattern.compile("Ready after (\\d+) ms");

  private final Surroundings surroundings;
  private final Path data;
  private final ProofDatabase source;
  private final ProofDatabase target;
  private final List<String> command;

  /**
   * @param directory where everything of it goes
   * @param chunkRows rows of a chunk
   */
  KilledMigration(
      Path directory,
      ProofServers servers,
      ProofDatabase source,
      ProofDatabase target,
      long chunkRows)
      throws IOException {
    this.surroundings = new Surroundings(directory, servers.passwords());
    this.data = directory.resolve("data");
    this.source = source;
    this.target = target;
    Path spec =
        Files.writeString(
            directory.resolve("spec.yaml"), "options:\n  chunkRows: %d\n".formatted(chunkRows));
    this.command =
        List.of(
            "migrate",
            "--yes",
            "--data-dir",
            data.toString(),
            "--source",
            source.uri(),
            "--target",
            target.uri(),
            "--spec",
            spec.toString(),
            "--certificate",
            certificate().toString());
  }

  /** Runs until a failpoint ends the process as kill -9 does, and leaves nothing behind. */
  SenseiProcess killAt(String failpoint) throws IOException, InterruptedException {
    SenseiProcess killed =
        surroundings
            .with("SENSEI_FAILPOINTS", failpoint)
            .run(SenseiProcess.KILLED, LIMIT, command.toArray(String[]::new));
    SenseiProcess.awaitNobodyOn(data);
    return killed;
  }

  /** Runs to the certificate. */
  SenseiProcess finish() throws IOException, InterruptedException {
    SenseiProcess finished = surroundings.run(0, LIMIT, command.toArray(String[]::new));
    SenseiProcess.awaitNobodyOn(data);
    return finished;
  }

  /** How long each start so far took until everything had its tasks, in milliseconds. */
  List<Long> readyMillis() throws IOException {
    List<Long> millis = new ArrayList<>();
    Matcher matcher = READY.matcher(Files.readString(data.resolve("logs/sensei.log")));
    while (matcher.find()) {
      millis.add(Long.valueOf(matcher.group(1)));
    }
    return millis;
  }

  /** Everything is in the target once, nothing of ours is, and the certificate holds. */
  void assertMoved() throws IOException, InterruptedException, SQLException {
    assertThat(target.contents()).isEqualTo(source.contents());
    assertThat(target.structure()).isEqualTo(source.structure());
    assertThat(target.schemas()).isEqualTo(source.schemas());
    surroundings.run(0, LIMIT, "verify", certificate().toString(), "--data-dir", data.toString());
  }

  /** The journal has every chunk of every table's last epoch exactly once, with all the rows. */
  void assertEveryChunkOnce(String migrationId)
      throws IOException, InterruptedException, SQLException {
    List<JsonNode> journal =
        surroundings
            .run(0, LIMIT, "audit", "log", migrationId, "--json", "--data-dir", data.toString())
            .lines();
    ChunksInJournal.assertOnce(journal, source);
  }

  /** The migration that a process said it made. */
  static String madeBy(SenseiProcess process) throws IOException {
    return found("Migration (m-[0-9a-f-]+)\\.", process);
  }

  /** The process made no migration of its own; the agents may have died before it said a word. */
  static void assertMadeNone(SenseiProcess process) throws IOException {
    assertThat(process.printed()).doesNotContainPattern("Migration m-[0-9a-f-]+\\.");
  }

  /** The migration that a process said it resumes. */
  static String resumedBy(SenseiProcess process) throws IOException {
    return found("Resuming migration (m-[0-9a-f-]+) ", process);
  }

  private static String found(String pattern, SenseiProcess process) throws IOException {
    Matcher matcher = Pattern.compile(pattern).matcher(process.output());
    assertThat(matcher.find()).as("%s in%n%s", pattern, process.output()).isTrue();
    return matcher.group(1);
  }

  private Path certificate() {
    return data.resolveSibling("certificate.jws");
  }
}
