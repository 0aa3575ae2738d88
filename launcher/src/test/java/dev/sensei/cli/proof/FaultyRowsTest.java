package dev.sensei.cli.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sensei.cli.proof.SenseiProcess.Surroundings;
import dev.sensei.platform.RunningPlatform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rows at fault, with a canary in each: every good row arrives, every bad one waits encrypted, all
 * counts agree, and a person deals with them.
 */
@ExtendWith(ProofServers.Extension.class)
final class FaultyRowsTest {
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final String CANARY = "canary of a faulty row 5d20";

  @TempDir Path directory;
  @TempDir Path shownHere;

  @Test
  void threeHundredFaultsAreSetAsideCountedAndDecidedAbout(ProofServers servers) throws Exception {
    faultsAreSetAside(servers, new FaultyRows(6_000, 300, CANARY), "faulty");
  }

  @Test
  @Tag("long")
  void tenThousandFaultsAreSetAsideCountedAndDecidedAbout(ProofServers servers) throws Exception {
    faultsAreSetAside(
        servers, new FaultyRows(300_000, 10_000 - FaultyRows.PARENTS, CANARY), "very_faulty");
  }

  @Test
  void faultsAreMendedByTheirRulesAndCountedByTableAndColumn(ProofServers servers)
      throws Exception {
    FaultyRows faulty = new FaultyRows(4_000, 160, CANARY);
    ProofDatabase source = servers.source("mended_source", faulty.source());
    source.run("INSERT INTO item VALUES (1, 1, 1, 'lost', 'lost', 1, 'lost', 1000, '{}', NULL)");
    ProofDatabase target = servers.target("mended_target", FaultyRows.target());
    Path data = directory.resolve("mended");
    Path spec = directory.resolve("mended.yaml");
    Files.writeString(
        spec,
        """
        recovery: {tooLong: truncate, outOfRange: clamp, nullInNotNull: default, nulBytes: strip,
          duplicates: keep_first, orphans: queue}
        rules: {public.item: {score: {range: {least: 1, most: 1000000, remedy: clamp}}}}
        errors: {maxRows: 100}
        options: {chunkRows: 1000}
        """);
    Path certificate = directory.resolve("mended.jws");
    Commands commands =
        new Commands(
            new Surroundings(directory, servers.passwords()),
            List.of("--data-dir", data.toString()));
    String[] migrate = migrate(source, target, certificate, spec);
    JsonNode waiting = commands.run(5, migrate).document();
    assertThat(waiting.at("/errors/0/code").asText()).isEqualTo("ERRORS_OPEN");
    // The snapshot ended with the command, and then somebody writes: that is a deviation more.
    source.run("CREATE TABLE meanwhile (id int); DROP TABLE meanwhile");
    commands.run(
        0, "errors", "skip", waiting.get("migrationId").asText(), "--all", "--reason", "of no use");
    // It was taken up by that already, so that nothing of it is left to be accepted at the start.
    JsonNode result =
        commands
            .run(
                0,
                Stream.concat(Stream.of(migrate), Stream.of("--accept-exceptions"))
                    .toArray(String[]::new))
            .document();
    assertThat(result.get("verdict").asText()).isEqualTo("certified_with_exceptions");
    assertThat(target.rows(FaultyRows.good())).isEqualTo(source.rows(FaultyRows.good()));
    assertThat(target.rows(FaultyRows.arrived()))
        .isNotEmpty()
        .isEqualTo(source.rows(FaultyRows.mended()));
    assertThat(target.rows("SELECT label FROM parent WHERE id > 100 ORDER BY id"))
        .isEqualTo(source.rows("SELECT left(label, 20) FROM parent WHERE id > 100 ORDER BY id"));
    long again = faulty.planted(FaultyRows.Fault.REPEATED) - 1;
    assertThat(target.count("item")).isEqualTo(faulty.rows() - again);
    assertThat(target.count("parent")).isEqualTo(100 + FaultyRows.PARENTS);
    JsonNode signed = signed(certificate);
    Map<String, Long> deviations = new TreeMap<>();
    for (JsonNode each : signed.get("deviations")) {
      deviations.put(
          each.get("kind").asText() + " " + each.get("object").asText(), each.get("rows").asLong());
    }
    assertThat(deviations.keySet().removeIf(kind -> kind.startsWith("snapshot "))).isTrue();
    assertThat(deviations)
        .isEqualTo(
            Map.of(
                "truncate public.parent.label",
                (long) FaultyRows.PARENTS,
                "truncate public.item.name",
                faulty.planted(FaultyRows.Fault.TOO_LONG),
                "clamp public.item.amount",
                faulty.planted(FaultyRows.Fault.TOO_LARGE),
                "clamp public.item.price",
                faulty.planted(FaultyRows.Fault.TOO_PRECISE),
                "clamp public.item.score",
                faulty.planted(FaultyRows.Fault.FORBIDDEN),
                "default public.item.kind",
                faulty.planted(FaultyRows.Fault.MISSING),
                "strip public.item.document",
                faulty.planted(FaultyRows.Fault.NO_DOCUMENT)));
    assertThat(signed.at("/quarantined/rows").asLong()).isEqualTo(again + 1);
    JsonNode quarantined = signed.at("/quarantined/tables/0");
    assertThat(quarantined.get("table").asText()).isEqualTo("public.item");
    assertThat(quarantined.get("leftOut").asLong()).isEqualTo(again);
    assertThat(byState(List.copyOf(quarantined.get("listed").valueStream().toList())))
        .isEqualTo(Map.of("left_out", again, "skipped", 1L));
    assertThat(quarantined.get("listed"))
        .allSatisfy(
            row ->
                assertThat(row.get("decidedBy").asText().isEmpty())
                    .isEqualTo(row.get("state").asText().equals("left_out")));
  }

  private static String[] migrate(
      ProofDatabase source, ProofDatabase target, Path certificate, Path spec) {
    return new String[] {
      "migrate",
      "--yes",
      "--json",
      "--source",
      source.uri(),
      "--target",
      target.uri(),
      "--certificate",
      certificate.toString(),
      "--spec",
      spec.toString()
    };
  }

  private static JsonNode signed(Path certificate) throws IOException {
    return JsonMapper.builder()
        .build()
        .readTree(Base64.getUrlDecoder().decode(Files.readString(certificate).split("\\.", -1)[1]));
  }

  private void faultsAreSetAside(ProofServers servers, FaultyRows faulty, String name)
      throws Exception {
    ProofDatabase source = servers.source(name + "_source", faulty.source());
    ProofDatabase target = servers.target(name + "_target", FaultyRows.target());
    Path data = directory.resolve("data");
    Path spec = directory.resolve("spec.yaml");
    Files.writeString(
        spec, "errors: {maxRows: 10000}\noptions: {chunkRows: %d}\n".formatted(faulty.rows() / 5));
    Path certificate = directory.resolve("certificate.jws");
    Surroundings surroundings = new Surroundings(directory, servers.passwords());
    Search canary = new Search().text(CANARY);
    Search keys = new Search().text(FaultyRows.KEYS).number(faulty.firstKey());
    try (SenseiProcess up = surroundings.start("up", "--data-dir", data.toString())) {
      Awaitility.await("the platform is up")
          .atMost(LIMIT)
          .until(() -> up.printed().contains("Up on"));
      RunningPlatform platform = RunningPlatform.find(data).orElseThrow();
      List<String> onPlatform =
          List.of(
              "--data-dir",
              data.toString(),
              "--kafka",
              platform.bootstrapServers(),
              "--registry",
              platform.registryUrl());
      Commands commands = new Commands(surroundings, onPlatform);
      String[] migrate = migrate(source, target, certificate, spec);
      JsonNode first = commands.run(5, migrate).document();
      String id = first.get("migrationId").asText();
      assertThat(first.get("state").asText()).isEqualTo("completed");
      assertThat(first.at("/errors/0/code").asText()).isEqualTo("ERRORS_OPEN");

      assertThat(target.rows(FaultyRows.good())).isEqualTo(source.rows(FaultyRows.good()));
      assertThat(target.count("item")).isEqualTo(faulty.rows() - faulty.faults());
      long all = (long) faulty.faults() + FaultyRows.PARENTS;
      List<JsonNode> queue = commands.queue(id);
      assertThat(queue).hasSize((int) all);
      assertThat(byCode(queue)).isEqualTo(faulty.planted());
      assertThat(queue).allSatisfy(row -> assertThat(row.get("state").asText()).isEqualTo("open"));
      assertThat(setAsideByJournal(commands, id)).isEqualTo(all);
      ProofDatabase control = new ProofDatabase(platform.controlDatabase());
      assertThat(
              control.rows(
                  "SELECT errors_open || ' of ' || table_name FROM table_run ORDER BY errors_open"))
          .containsExactly(
              FaultyRows.PARENTS + " of public.parent", faulty.faults() + " of public.item");
      assertThat(
              control.rows(
                  "SELECT sum(errors_open) || ' ' || (SELECT sum(rows) FROM row_deviation) || ' '"
                      + " || (SELECT sum(records_processed) FROM migration_control"
                      + " WHERE operation = 'rows_set_aside') FROM table_run"))
          .containsExactly("%d %1$d %1$d".formatted(all));

      assertThat(canary.in(source.endpoint())).as("the search finds it where it is").isNotEmpty();
      assertThat(canary.in(target.endpoint())).isEmpty();

      // A person looks, mends parents and a row in the source, and leaves the others out.
      long number = numberOf(queue, "public.item", "22001");
      // What is printed here is meant to be read, and not to be searched.
      JsonNode shown =
          new Commands(new Surroundings(shownHere, servers.passwords()), onPlatform)
              .run(0, "errors", "show", id, "" + number, "--json")
              .document();
      assertThat(shown.get("note").asText()).startsWith(CANARY);
      source.run("UPDATE item SET name = 'mended' WHERE id = " + shown.get("id").asText());
      source.run("UPDATE parent SET label = 'mended' WHERE id > 100");
      commands.run(0, "errors", "retry", id);
      long orphans = Optional.ofNullable(faulty.planted().get("23503")).orElseThrow();
      long corrected = FaultyRows.PARENTS + 1;
      // The first of those that are the same is one of its kind now.
      long retried = orphans + 1;
      long skipped = all - retried - corrected;
      assertThat(byState(commands.queue(id)))
          .isEqualTo(Map.of("open", skipped, "retried", retried, "corrected", corrected));
      assertThat(target.count("item")).isEqualTo(faulty.rows() - faulty.faults() + retried + 1);
      commands.run(0, "errors", "skip", id, "--all", "--reason", "of no use", "--as", "grace");

      // What was corrected deviates, so somebody has to accept it.
      assertThat(commands.run(5, migrate).document().at("/errors/0/code").asText())
          .isEqualTo("EXCEPTIONS_NOT_ACCEPTED");
      commands.run(0, "accept", id);
      JsonNode last = commands.run(0, migrate).document();
      assertThat(last.get("verdict").asText()).isEqualTo("certified_with_exceptions");
      assertThat(last.get("deviations").toString())
          .contains("%,d rows of public.item".formatted(faulty.faults()));
      commands.run(0, "verify", certificate.toString());
      assertThat(target.schemas()).containsExactly("public");
      JsonNode signed = signed(certificate);
      assertThat(signed.at("/quarantined/rows").asLong()).isEqualTo(skipped + corrected);
      assertThat(signed.at("/quarantined/decisions/1/decidedBy").asText()).isEqualTo("grace");
      assertThat(signed.at("/quarantined/decisions/1/reason").asText()).isEqualTo("of no use");
      Map<String, Long> states = new TreeMap<>();
      List<String> named = new ArrayList<>();
      for (JsonNode table : signed.at("/quarantined/tables")) {
        for (JsonNode row : table.get("listed")) {
          states.merge(row.get("state").asText(), 1L, Long::sum);
          named.add(row.get("keyHash").asText());
        }
      }
      assertThat(states)
          .isEqualTo(Map.of("skipped", skipped, "retried", retried, "corrected", corrected));
      assertThat(named)
          .containsExactlyInAnyOrderElementsOf(
              queue.stream().map(row -> row.get("keyHash").asText()).toList());
      assertThat(commands.queue(id))
          .hasSize((int) all)
          .filteredOn(row -> row.get("state").asText().equals("skipped"))
          .allSatisfy(row -> assertThat(row.get("reason").asText()).isEqualTo("of no use"));
      assertThat(
              control.rows(
                  "SELECT concat_ws(' ', sum(errors_open), sum(errors_skipped),"
                      + " sum(errors_retried), sum(errors_corrected)) FROM table_run"))
          .containsExactly("0 %d %d %d".formatted(skipped, retried, corrected));

      assertThat(canary.inTopicsOf(platform.bootstrapServers())).isEmpty();
      assertThat(keys.inTopicsOf(platform.bootstrapServers())).isEmpty();
      assertThat(canary.in(platform.controlDatabase())).isEmpty();
      assertThat(keys.in(platform.controlDatabase())).isEmpty();
      assertThat(signed.toString()).doesNotContain(CANARY, FaultyRows.KEYS);
    }
    assertThat(canary.in(directory)).isEmpty();
    assertThat(keys.in(directory)).isEmpty();
  }

  @Test
  void whatIsSearchedForIsFoundInTheBytesOfAColumnToo(ProofServers servers) throws Exception {
    ProofDatabase database =
        servers.source(
            "searched",
            List.of(
                "CREATE TABLE sealed AS SELECT convert_to('left %s right', 'UTF8') AS content"
                    .formatted(CANARY)));
    assertThat(new Search().text(CANARY).in(database.endpoint())).hasSize(1);
  }

  private static long numberOf(List<JsonNode> queue, String table, String code) {
    return queue.stream()
        .filter(row -> row.get("table").asText().equals(table))
        .filter(row -> row.get("code").asText().equals(code))
        .findFirst()
        .orElseThrow()
        .get("number")
        .asLong();
  }

  private static Map<String, Long> byCode(List<JsonNode> queue) {
    return counted(queue, "code");
  }

  private static Map<String, Long> byState(List<JsonNode> queue) {
    return counted(queue, "state");
  }

  private static Map<String, Long> counted(List<JsonNode> queue, String member) {
    Map<String, Long> counts = new TreeMap<>();
    queue.forEach(row -> counts.merge(row.get(member).asText(), 1L, Long::sum));
    return counts;
  }

  private static long setAsideByJournal(Commands commands, String id) throws Exception {
    long rows = 0;
    for (JsonNode line : commands.run(0, "audit", "log", id, "--json").lines()) {
      if (line.get("type").asText().endsWith("ChunkCopied")) {
        rows += line.at("/record/evidence/setAside").asLong();
      }
    }
    return rows;
  }

  /** The command line on a platform. */
  private record Commands(Surroundings surroundings, List<String> platform) {
    SenseiProcess run(int exitCode, String... arguments) throws IOException, InterruptedException {
      return surroundings.run(
          exitCode,
          LIMIT,
          Stream.concat(Stream.of(arguments), platform.stream()).toArray(String[]::new));
    }

    List<JsonNode> queue(String id) throws IOException, InterruptedException {
      List<JsonNode> rows = new ArrayList<>();
      run(0, "errors", "list", id, "--json").document().forEach(rows::add);
      return rows;
    }
  }
}
