package dev.sensei.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sensei.cli.Person.Outcome;
import dev.sensei.cli.display.MigrationView;
import dev.sensei.cli.run.Decision;
import dev.sensei.cli.run.MigrateRequest;
import dev.sensei.cli.run.PlanSummary;
import dev.sensei.cli.run.PlatformLocation;
import dev.sensei.cli.run.RunListener;
import dev.sensei.cli.run.RunResult;
import dev.sensei.cli.spec.MigrationSpec;
import dev.sensei.databases.DatabaseUri;
import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresServer.Endpoint;
import dev.sensei.platform.PostgresSettings;
import dev.sensei.platform.RunningPlatform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands given from other terminals while one system is up on a data directory. */
final class RunningSystemTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Pattern ID = Pattern.compile("Migration (m-[0-9a-f-]+)\\.");

  @SuppressWarnings("NullAway.Init") // set before every test
  @TempDir
  static Path directory;

  @SuppressWarnings("NullAway.Init") // set before every test
  private static PostgresServer server;

  @SuppressWarnings("NullAway.Init") // set before every test
  private static Thread up;

  @SuppressWarnings("NullAway.Init") // set before every test
  private static RunningPlatform running;

  private static final String OWNER = "ada";
  private final Person person = new Person(directory);

  @BeforeAll
  static void bringUp() throws Exception {
    up = Thread.ofPlatform().start(() -> new Person(directory).runs("up", "--data-dir", data()));
    server = PostgresServer.start(PostgresSettings.in(directory.resolve("server")));
    server.createRole("poor", "poor");
    sql(
        server.createDatabase("shop"),
        "CREATE TABLE customer (id int PRIMARY KEY, name text)",
        "INSERT INTO customer SELECT g, 'name ' || g FROM generate_series(1, 100) g",
        "CREATE TABLE purchase (id int PRIMARY KEY, customer int REFERENCES customer)",
        "INSERT INTO purchase SELECT g, g FROM generate_series(1, 100) g");
    await().atMost(PATIENCE).until(() -> RunningPlatform.find(Path.of(data())).isPresent());
    running = RunningPlatform.find(Path.of(data())).orElseThrow();
  }

  @AfterAll
  static void takeDown() throws InterruptedException {
    up.interrupt();
    up.join(PATIENCE);
    server.close();
  }

  @Test
  void aTargetThatHoldsRowsIsLeftAsItWas() throws Exception {
    Endpoint target = server.createDatabase("filled");
    sql(target, "CREATE TABLE customer (id int PRIMARY KEY, name text)");
    sql(target, "INSERT INTO customer VALUES (1, 'kept')");
    List<String> before = contents(target);

    Outcome outcome = migrate("shop", uri(target), "--yes");

    assertThat(outcome.code()).as(outcome.toString()).isEqualTo(2);
    assertThat(outcome.out())
        .contains("TARGET_NOT_EMPTY public.customer", "empty them", "existingRows: truncate");
    assertThat(contents(target)).isEqualTo(before);
  }

  @Test
  void rowsJoinThoseOfTheTargetOrLeaveItAsItWas() throws Exception {
    Path spec = directory.resolve("append.yaml");
    Files.writeString(spec, "options: {existingRows: append}");
    Endpoint target = server.createDatabase("joined");
    sql(
        target,
        "CREATE TABLE customer (id int PRIMARY KEY, name text)",
        "CREATE TABLE purchase (id int PRIMARY KEY, customer int REFERENCES customer)",
        "INSERT INTO customer VALUES (-1, 'kept')",
        "INSERT INTO purchase VALUES (7, -1)");
    List<String> before = contents(target);

    // Customers are moved in before the purchases, of which one is in the way.
    Outcome refused = migrate("shop", uri(target), "--spec", spec.toString(), "--yes");
    assertThat(refused.code()).as(refused.toString()).isEqualTo(3);
    assertThat(refused.out()).contains("purchase_pkey");
    Outcome back = here("rollback", id(refused));
    assertThat(back.code()).as(back.toString()).isZero();
    assertThat(contents(target)).isEqualTo(before);

    sql(target, "UPDATE purchase SET id = -7");
    Path certificate = directory.resolve("joined.jws");
    Outcome done =
        migrate(
            "shop",
            uri(target),
            "--spec",
            spec.toString(),
            "--yes",
            "--certificate",
            certificate.toString());
    assertThat(done.code()).as(done.toString()).isZero();
    assertThat(contents(target)).hasSize(before.size() + 100).containsAll(before);
    assertThat(here("verify", certificate.toString()).code()).isZero();
    JsonNode tables =
        new ObjectMapper()
            .readTree(
                Base64.getUrlDecoder().decode(Files.readString(certificate).split("\\.", -1)[1]))
            .get("tables");
    assertThat(tables).hasSize(2);
    assertThat(tables)
        .allSatisfy(
            table -> {
              assertThat(table.get("targetRows").asLong()).isEqualTo(100);
              assertThat(table.get("othersBefore").asText()).startsWith("1:");
              assertThat(table.get("othersNow")).isEqualTo(table.get("othersBefore"));
            });
  }

  @Test
  void missingRightsAreNamedWithTheirGrants() throws Exception {
    Endpoint target = server.createDatabase("closed");
    List<String> before = contents(target);

    Outcome source =
        migrate(server.endpoint().withDatabase("shop").withUser("poor", "poor"), target);
    assertThat(source.code()).as(source.toString()).isEqualTo(2);
    assertThat(source.out()).contains("public.customer", "GRANT SELECT ON", "TO poor");

    Outcome outcome =
        migrate(server.endpoint().withDatabase("shop"), target.withUser("poor", "poor"));
    assertThat(outcome.code()).as(outcome.toString()).isEqualTo(2);
    assertThat(outcome.out()).contains("GRANT CREATE ON DATABASE closed TO poor");
    assertThat(contents(target)).isEqualTo(before);
  }

  @Test
  void anUnknownMigrationIsSaidToBeUnknown() {
    for (String command :
        List.of(
            "status m-0",
            "plan m-0",
            "approve m-0",
            "reject m-0 --reason no",
            "pause m-0",
            "resume m-0",
            "cancel m-0",
            "retry m-0",
            "rollback m-0",
            "accept m-0",
            "audit log m-0",
            "audit replay m-0",
            "audit state-at m-0 1",
            "audit verify m-0")) {
      Outcome outcome = here(command.split(" ", -1));
      assertThat(outcome.code()).as(command + outcome).isEqualTo(2);
      assertThat(outcome.err()).as(command).contains("there is no migration \"m-0\"");
    }
  }

  @Test
  void aSecondOneOnTheDirectoryIsRefusedAndToldWhoHoldsIt() {
    Outcome outcome =
        person.runs(
            "migrate",
            "--data-dir",
            data(),
            "--source",
            uri(server.endpoint().withDatabase("shop")),
            "--target",
            uri(server.endpoint()));
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err())
        .contains(
            directory.getFileName().toString(),
            "in use by process " + ProcessHandle.current().pid(),
            "--kafka " + running.bootstrapServers());
  }

  @Test
  void aPlanWaitsIsApprovedFromAnotherTerminalAndEndsInACertificate() throws Exception {
    Endpoint target = server.createDatabase("new_shop");
    Outcome waiting = migrate("shop", uri(target));
    assertThat(waiting.code()).as(waiting.toString()).isEqualTo(4);
    String id = id(waiting);
    // What is to be typed works with the same platform.
    assertThat(waiting.out())
        .contains(
            "./sensei approve %s --data-dir %s --kafka %s --registry "
                .formatted(id, data(), running.bootstrapServers()));

    assertThat(here("status").out()).contains(id + "  awaiting_approval");
    assertThat(here("plan", id).out()).contains("public.purchase");
    Outcome tooEarly = here("pause", id);
    assertThat(tooEarly.code()).isEqualTo(3);
    assertThat(tooEarly.err()).contains("not allowed", "awaiting");
    assertThat(here("approve", id).code()).isZero();
    Path certificate = directory.resolve("shop.jws");
    Outcome done =
        migrate("shop", uri(target), "--yes", "--json", "--certificate", certificate.toString());

    assertThat(done.code()).as(done.toString()).isZero();
    assertThat(done.out()).startsWith("{").contains("\"verdict\" : \"certified\"");
    assertThat(done.err()).contains("Resuming migration " + id);
    assertThat(here("verify", certificate.toString()).code()).isZero();
    for (String audit : List.of("log", "replay", "verify")) {
      Outcome audited = here("audit", audit, id);
      assertThat(audited.code()).as(audited.toString()).isZero();
    }
    Files.write(certificate, certificateCutShort(certificate));
    assertThat(here("verify", certificate.toString()).code()).isEqualTo(3);
  }

  @Test
  void anApprovalThatWasGivenMeanwhileCountsForWhoeverGivesItAgain() throws Exception {
    Endpoint target = server.createDatabase("approved_twice");
    List<Outcome> approvals = new ArrayList<>();
    RunResult done =
        migrate(
            target,
            plan -> {
              approvals.add(here("approve", plan.migrationId()));
              return new Decision.Approve(OWNER, false);
            },
            line -> {});

    assertThat(approvals).singleElement().returns(0, Outcome::code);
    assertThat(done.exitCode()).as(done.toString()).isEqualTo(ExitCode.OK);
  }

  @Test
  void aMigrationThatSomebodyElseTakesUpMeanwhileIsFollowed() throws Exception {
    Endpoint target = server.createDatabase("taken_up_twice");
    sql(target, "CREATE VIEW customer AS SELECT 1");
    Outcome failed = migrate("shop", uri(target), "--yes");
    assertThat(failed.out()).as(failed.toString()).contains("NAME_TAKEN");
    sql(target, "DROP VIEW customer");

    List<String> notes = new ArrayList<>();
    RunResult done =
        migrate(
            target,
            plan -> new Decision.Approve(OWNER, false),
            line -> {
              notes.add(line);
              if (line.startsWith("Resuming migration")) {
                assertThat(here("retry", id(failed)).code()).isZero();
              }
            });

    assertThat(notes).anyMatch(line -> line.matches("It is .* by now; following it."));
    assertThat(done.exitCode()).as(done.toString()).isEqualTo(ExitCode.OK);
  }

  @Test
  void aMilestoneIsWaitedForAndTheCommandThatGoesOnIsNamed() throws Exception {
    Path spec = directory.resolve("milestone.yaml");
    Files.writeString(spec, "approval: {milestones: [before_validation]}");
    Endpoint target = server.createDatabase("milestone");
    Outcome waiting = migrate("shop", uri(target), "--spec", spec.toString(), "--yes");
    assertThat(waiting.code()).as(waiting.toString()).isEqualTo(4);
    Matcher command =
        Pattern.compile("\"sensei (resume .*)\" lets it go on").matcher(waiting.out());
    assertThat(command.find()).as(waiting.toString()).isTrue();

    Outcome resumed = person.runs(command.group(1).replace("'", "").split(" "));

    assertThat(resumed.code()).as(resumed.toString()).isZero();
    String certificate = directory.resolve("milestone.jws").toString();
    assertThat(migrate("shop", uri(target), "--yes", "--certificate", certificate).code()).isZero();
  }

  @Test
  void aCancelledMigrationLeavesTheTargetAsItWas() throws Exception {
    Endpoint target = server.createDatabase("cancelled");
    List<String> before = contents(target);
    String id = id(migrate("shop", uri(target)));

    Outcome outcome = here("cancel", id, "--reason", "not today");

    assertThat(outcome.code()).as(outcome.toString()).isZero();
    assertThat(outcome.out()).contains(id + " is cancelled");
    assertThat(contents(target)).isEqualTo(before);
  }

  private static byte[] certificateCutShort(Path file) throws Exception {
    byte[] whole = Files.readAllBytes(file);
    return Arrays.copyOf(whole, whole.length / 2);
  }

  private static String id(Outcome outcome) {
    Matcher found = ID.matcher(outcome.out());
    assertThat(found.find()).as(outcome.toString()).isTrue();
    return found.group(1);
  }

  private Outcome here(String... arguments) {
    return person.runs(
        Stream.concat(Stream.of(arguments), Stream.of("--data-dir", data()))
            .toArray(String[]::new));
  }

  private Outcome migrate(Endpoint source, Endpoint target) {
    return migrate(uri(source), uri(target), new String[] {"--yes"});
  }

  private Outcome migrate(String source, String target, String... more) {
    String from = source.contains("://") ? source : uri(server.endpoint().withDatabase(source));
    return person.runs(
        Stream.concat(
                Stream.of(
                    "migrate",
                    "--as",
                    OWNER,
                    "--data-dir",
                    data(),
                    "--kafka",
                    running.bootstrapServers(),
                    "--registry",
                    running.registryUrl(),
                    "--source",
                    from,
                    "--target",
                    target),
                Stream.of(more))
            .toArray(String[]::new));
  }

  /** By the running system, with what a person decides and is told. */
  private static RunResult migrate(
      Endpoint target, Function<PlanSummary, Decision> decision, Consumer<String> told)
      throws InterruptedException {
    RunListener listener =
        new RunListener() {
          @Override
          public void note(String line) {
            told.accept(line);
          }

          @Override
          public String command(String name, String migrationId) {
            return "sensei %s %s".formatted(name, migrationId);
          }

          @Override
          public void progress(MigrationView view) {}

          @Override
          public Decision decide(PlanSummary plan) {
            return decision.apply(plan);
          }
        };
    return Wiring.backend()
        .runner()
        .migrate(
            new MigrateRequest(
                new PlatformLocation.Separate(
                    Path.of(data()), running.bootstrapServers(), running.registryUrl()),
                DatabaseUri.parse(uri(server.endpoint().withDatabase("shop"))),
                DatabaseUri.parse(uri(target)),
                MigrationSpec.DEFAULTS,
                Optional.of(directory.resolve(target.database() + ".jws")),
                OWNER,
                false),
            listener);
  }

  /** With a reference to the password, which every agent resolves by itself. */
  private static String uri(Endpoint database) {
    try {
      Path secret = directory.resolve("password-of-" + database.user());
      Files.writeString(secret, database.password());
      return database.uri() + "?passwordref=file://" + secret.toAbsolutePath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String data() {
    return directory.resolve("data").toString();
  }

  private static void sql(Endpoint database, String... statements) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }

  /** Every schema and relation of a database, and the rows of its customers. */
  private static List<String> contents(Endpoint database) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT nspname FROM pg_namespace UNION ALL SELECT oid::regclass::text FROM pg_class"
                  + " ORDER BY 1")) {
        while (rows.next()) {
          found.add(rows.getString(1));
        }
      }
      if (found.contains("customer")) {
        try (ResultSet rows = statement.executeQuery("SELECT c::text FROM customer c")) {
          while (rows.next()) {
            found.add(rows.getString(1));
          }
        }
      }
    }
    return found;
  }
}
