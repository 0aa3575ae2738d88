package dev.sensei.cli.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.cli.proof.SenseiProcess.Surroundings;
import dev.sensei.platform.RunningPlatform;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Values of rows stay in the two databases, also where a constraint refuses them. */
@ExtendWith(ProofServers.Extension.class)
final class CanaryTest {
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final String KEY = "canary-key-5e1f70c2";
  private static final String TEXT = "canary text of a row 93b7";
  private static final long NUMBER = 7_239_184_650_317L;
  private static final List<String> TABLES =
      List.of(
          "CREATE TABLE bird (id bigint PRIMARY KEY, name text NOT NULL, song text, weight bigint)",
          "INSERT INTO bird SELECT n, 'bird ' || n, 'song ' || n, n FROM generate_series(1, 500) n",
          "INSERT INTO bird VALUES (%d, '%s', '%s', %1$d)".formatted(NUMBER, KEY, TEXT),
          "INSERT INTO bird VALUES (%d + 1, '%s', '%s', %1$d)".formatted(NUMBER, KEY, TEXT),
          "CREATE TABLE nest (name text PRIMARY KEY, bird bigint REFERENCES bird, height numeric)",
          "INSERT INTO nest VALUES ('%s', %d, %2$d)".formatted(KEY, NUMBER));

  @TempDir Path directory;

  @Test
  void aValueOfARowIsInNoFileNoTopicNoLogAndNoMessage(ProofServers servers) throws Exception {
    Search canary = new Search().text(KEY).text(TEXT).number(NUMBER).number(NUMBER + 1);
    Search known = new Search().text("public.bird");
    ProofDatabase source = servers.source("canary_source", TABLES);
    Surroundings surroundings = new Surroundings(directory, servers.passwords());
    Path data = directory.resolve("data");
    try (SenseiProcess up = surroundings.start("up", "--data-dir", data.toString())) {
      RunningPlatform platform = awaitUp(up, data);
      Migrations migrations = new Migrations(surroundings, data, platform, source);

      assertThat(
              migrations.failing(
                  servers.target(
                      "canary_unique",
                      "CREATE TABLE bird (id bigint PRIMARY KEY, name text NOT NULL UNIQUE,"
                          + " song text, weight bigint)")))
          .contains("23505");
      assertThat(
              migrations.failing(
                  servers.target(
                      "canary_check",
                      "CREATE TABLE bird (id bigint PRIMARY KEY, name text NOT NULL,"
                          + " song text, weight bigint CHECK (weight < 1000000))")))
          .contains("23514");
      migrations.certified(servers.target("canary_target"));

      assertThat(known.inTopicsOf(platform.bootstrapServers()))
          .anyMatch(found -> found.contains(" in sensei.reports-"))
          .anyMatch(found -> found.contains(" in sensei.journal-"));
      assertThat(canary.inTopicsOf(platform.bootstrapServers())).isEmpty();
      assertThat(known.in(platform.controlDatabase())).isNotEmpty();
      assertThat(canary.in(platform.controlDatabase())).isEmpty();
    }
    // What is no secret is found, in the journal too: the search would find the rest.
    assertThat(known.in(data)).anyMatch(found -> found.contains("kafka/log/sensei.journal-"));
    assertThat(canary.in(directory)).isEmpty();
  }

  private static RunningPlatform awaitUp(SenseiProcess up, Path data) {
    Awaitility.await("the platform is up")
        .atMost(LIMIT)
        .until(() -> up.printed().contains("Up on"));
    return RunningPlatform.find(data).orElseThrow();
  }

  /** Migrations of one source on a platform that is up. */
  private record Migrations(
      Surroundings surroundings, Path data, RunningPlatform platform, ProofDatabase source) {
    /** Runs one that has to fail; returns everything it printed. */
    String failing(ProofDatabase target) throws IOException, InterruptedException {
      String output = run(3, target).output();
      // What a person asks next must not say it either: it lands in the files that are searched.
      Matcher id = Pattern.compile("m-[0-9a-f-]+").matcher(output);
      assertThat(id.find()).isTrue();
      ask(0, "status", id.group());
      ask(0, "audit", "log", id.group(), "--json");
      return output;
    }

    void certified(ProofDatabase target) throws IOException, InterruptedException, SQLException {
      run(0, target);
      assertThat(target.contents()).isEqualTo(source.contents());
    }

    private SenseiProcess run(int exitCode, ProofDatabase target)
        throws IOException, InterruptedException {
      return ask(
          exitCode,
          "migrate",
          "--yes",
          "--source",
          source.uri(),
          "--target",
          target.uri(),
          "--certificate",
          data.resolveSibling(target.endpoint().database() + ".jws").toString());
    }

    private SenseiProcess ask(int exitCode, String... arguments)
        throws IOException, InterruptedException {
      return surroundings.run(
          exitCode,
          LIMIT,
          Stream.concat(
                  Stream.of(arguments),
                  Stream.of(
                      "--data-dir",
                      data.toString(),
                      "--kafka",
                      platform.bootstrapServers(),
                      "--registry",
                      platform.registryUrl()))
              .toArray(String[]::new));
    }
  }
}
