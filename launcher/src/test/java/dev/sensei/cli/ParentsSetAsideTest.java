package dev.sensei.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sensei.cli.Person.Outcome;
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
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A person at the command line, where rows that others refer to were set aside. */
final class ParentsSetAsideTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Pattern ID = Pattern.compile("igration (m-[0-9a-f-]+)");

  /** Customer 7 has a name too long, ten purchases, and each of these two parcels. */
  private static final String SHOP =
      """
      CREATE TABLE customer (id int PRIMARY KEY, name text);
      CREATE TABLE purchase (id int PRIMARY KEY, customer int REFERENCES customer);
      CREATE TABLE parcel (id int PRIMARY KEY, purchase int REFERENCES purchase ON DELETE CASCADE);
      INSERT INTO customer SELECT n, 'name ' || n FROM generate_series(1, 100) n;
      UPDATE customer SET name = 'a name that is far too long' WHERE id = 7;
      INSERT INTO purchase SELECT n, 1 + n % 100 FROM generate_series(1, 1000) n;
      INSERT INTO parcel SELECT n, 1 + n % 1000 FROM generate_series(1, 2000) n;
      """;

  @SuppressWarnings("NullAway.Init") // set before every test
  @TempDir
  static Path directory;

  @SuppressWarnings("NullAway.Init") // set before every test
  private static PostgresServer server;

  @SuppressWarnings("NullAway.Init") // set before every test
  private static Thread up;

  @SuppressWarnings("NullAway.Init") // set before every test
  private static RunningPlatform running;

  private final Person person = new Person(directory);
  private String spec = "spec.yaml";

  @BeforeAll
  static void bringUp() throws Exception {
    up = Thread.ofPlatform().start(() -> new Person(directory).runs("up", "--data-dir", data()));
    server = PostgresServer.start(PostgresSettings.in(directory.resolve("server")));
    Files.writeString(
        directory.resolve("spec.yaml"),
        "rules: {public.customer: {name: {max_length: 10}}}\nerrors: {maxRows: 5}\n");
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
  void aParentThatIsMendedAndRetriedLetsTheMigrationEndInACertificate() throws Exception {
    Endpoint source = database("mended_shop", SHOP);
    Endpoint target = server.createDatabase("mended");
    String id = waiting(source, target);
    assertThat(here("status", id).out()).contains("waits for rows that foreign keys lack");
    JsonNode view = new ObjectMapper().readTree(here("status", id, "--json").out());
    assertThat(view.get("waitsFor").asText()).startsWith("rows that foreign keys lack");
    assertThat(new ObjectMapper().readTree(here("status", "--json").out())).isNotEmpty();
    assertThat(migrate(source, target).code()).isEqualTo(5);
    assertThat(here("accept", id).err()).contains("cannot be made without them");

    // A decision that cannot be carried out is no success.
    sql(target, "UPDATE sensei_ledger.queued_row SET content = content || '\\x00'");
    Outcome failed = here("errors", "retry", id);
    assertThat(failed.code()).as(failed.toString()).isEqualTo(3);
    assertThat(failed.err()).contains("OTHER_ERROR_KEY", "1 rows still wait");
    sql(
        target,
        "UPDATE sensei_ledger.queued_row SET content = substring(content, 1, length(content) - 1)");

    sql(source, "UPDATE customer SET name = 'short' WHERE id = 7");
    Outcome retried = here("errors", "retry", id);
    assertThat(retried.code()).as(retried.toString()).isZero();
    assertThat(migrate(source, target).out()).contains("EXCEPTIONS_NOT_ACCEPTED");
    assertThat(here("accept", id).code()).isZero();
    JsonNode certificate = certified(source, target);
    assertThat(certificate.at("/quarantined/rows").asLong()).isEqualTo(1);
    assertThat(ask(target, "SELECT count(*) FROM purchase")).isEqualTo(1000);
    assertThat(
            ask(
                target,
                "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND connamespace ="
                    + " 'public'::regnamespace"))
        .isEqualTo(2);
    assertThat(here("audit", "replay", id).code()).isZero();
  }

  @Test
  void whatRefersToAParentIsSetAsideAndNamedOnTheCertificate() throws Exception {
    Endpoint source = database("set_aside_shop", SHOP);
    Endpoint target = server.createDatabase("set_aside");
    String id = waiting(source, target);
    Outcome skipped = here("errors", "skip", id, "--all", "--reason", "nobody knows the name");
    assertThat(skipped.code()).as(skipped.toString()).isZero();
    assertThat(migrate(source, target).code()).isEqualTo(5);
    Outcome aside = here("errors", "set-aside", id);
    assertThat(aside.code()).as(aside.toString()).isZero();
    assertThat(aside.out()).contains("30 rows still wait");

    Outcome waiting = migrate(source, target);
    assertThat(waiting.code()).as(waiting.toString()).isEqualTo(5);
    assertThat(waiting.out()).contains("30 rows wait in the error queue");
    assertThat(
            ask(
                target,
                "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND connamespace ="
                    + " 'public'::regnamespace"))
        .isEqualTo(2);
    assertThat(here("errors", "set-aside", id).code()).isEqualTo(3);
    assertThat(here("errors", "skip", id, "--all", "--reason", "of nobody").code()).isZero();
    JsonNode certificate = certified(source, target);
    assertThat(certificate.at("/quarantined/rows").asLong()).isEqualTo(31);
    assertThat(ask(target, "SELECT count(*) FROM purchase")).isEqualTo(990);
    assertThat(ask(target, "SELECT count(*) FROM parcel")).isEqualTo(1980);
    assertThat(here("audit", "replay", id).code()).isZero();
  }

  @Test
  void aParentThatComesLaterIsFetchedForTheRowsThatReferToIt() throws Exception {
    spec = "fetching.yaml";
    Files.writeString(
        directory.resolve(spec),
        "recovery: {tables: {public.purchase: {orphans: migrate_parent}}}\nerrors: {maxRows: 5}\n");
    Endpoint source =
        database(
            "late_shop",
            """
            CREATE TABLE customer (id int PRIMARY KEY, name text);
            CREATE TABLE purchase (id int PRIMARY KEY, customer int);
            INSERT INTO customer SELECT n, 'name ' || n FROM generate_series(1, 100) n;
            INSERT INTO purchase SELECT n, n + (n > 97)::int * 400 FROM generate_series(1, 100) n;
            UPDATE purchase SET customer = 500 WHERE id > 98;
            ALTER TABLE purchase ADD FOREIGN KEY (customer) REFERENCES customer NOT VALID;
            """);
    Endpoint target = server.createDatabase("late");
    Outcome first = migrate(source, target);
    assertThat(first.code()).as(first.toString()).isEqualTo(5);
    assertThat(first.out()).contains("3 rows wait in the error queue");
    Matcher found = ID.matcher(first.out());
    assertThat(found.find()).isTrue();
    String id = found.group(1);
    assertThat(here("status", id).out()).contains("waits for a decision about 3 rows");
    // It was tried by itself, and the source had no such customers yet.
    assertThat(here("audit", "log", id, "--json").out()).contains("MIGRATE_PARENTS");

    sql(source, "INSERT INTO customer VALUES (500, 'late')");
    Outcome retried = here("errors", "retry", id);
    assertThat(retried.out()).contains("1 rows still wait");
    assertThat(here("errors", "list", id).out()).contains("fetched");
    assertThat(ask(target, "SELECT count(*) FROM customer")).isEqualTo(101);
    sql(source, "INSERT INTO customer VALUES (498, 'later')");
    assertThat(here("errors", "retry", id).out()).contains("No row waits any more");
    assertThat(migrate(source, target).out()).contains("EXCEPTIONS_NOT_ACCEPTED");
    assertThat(here("status", id).out()).contains("waits for ./sensei accept " + id);
    assertThat(here("accept", id).code()).isZero();
    JsonNode certificate = certified(source, target);
    assertThat(certificate.at("/quarantined/rows").asLong()).isZero();
    assertThat(certificate.at("/quarantined/tables/0/fetched").asLong()).isEqualTo(2);
    assertThat(certificate.at("/quarantined/tables/1/retried").asLong()).isEqualTo(3);
    assertThat(certificate.at("/deviations/0/kind").asText()).isEqualTo("fetched");
    assertThat(here("verify", directory.resolve("late.jws").toString()).out())
        .contains(
            "public.customer: 2 fetched since others refer to them",
            "public.purchase: 3 taken after all and compared");
    assertThat(ask(target, "SELECT count(*) FROM purchase")).isEqualTo(100);
    assertThat(here("audit", "replay", id).code()).isZero();
  }

  /** Migrates up to where foreign keys lack the row that was set aside. */
  private String waiting(Endpoint source, Endpoint target) {
    Outcome outcome = migrate(source, target);
    assertThat(outcome.code()).as(outcome.toString()).isEqualTo(5);
    assertThat(outcome.out())
        .contains(
            "ERRORS_OPEN: foreign keys cannot be made",
            "foreign key purchase_customer_fkey lacks rows of public.customer: 10 rows of"
                + " public.purchase refer to rows that are not there, and 1 rows of"
                + " public.customer were set aside",
            "./sensei errors set-aside ");
    Matcher found = ID.matcher(outcome.out());
    assertThat(found.find()).as(outcome.toString()).isTrue();
    return found.group(1);
  }

  private JsonNode certified(Endpoint source, Endpoint target) throws Exception {
    Path file = directory.resolve(target.database() + ".jws");
    Outcome done = migrate(source, target, "--certificate", file.toString());
    assertThat(done.code()).as(done.toString()).isZero();
    assertThat(here("verify", file.toString()).code()).isZero();
    return new ObjectMapper()
        .readTree(Base64.getUrlDecoder().decode(Files.readString(file).split("\\.", -1)[1]));
  }

  private Outcome here(String... arguments) {
    return person.runs(
        Stream.concat(
                Stream.of(arguments),
                Stream.of(
                    "--data-dir",
                    data(),
                    "--kafka",
                    running.bootstrapServers(),
                    "--registry",
                    running.registryUrl()))
            .limit(arguments[0].equals("verify") ? arguments.length + 2L : Long.MAX_VALUE)
            .toArray(String[]::new));
  }

  private Outcome migrate(Endpoint source, Endpoint target, String... more) {
    return person.runs(
        Stream.concat(
                Stream.of(
                    "migrate",
                    "--yes",
                    "--spec",
                    directory.resolve(spec).toString(),
                    "--data-dir",
                    data(),
                    "--kafka",
                    running.bootstrapServers(),
                    "--registry",
                    running.registryUrl(),
                    "--source",
                    uri(source),
                    "--target",
                    uri(target)),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private static String uri(Endpoint database) {
    Path secret = directory.resolve("password-of-" + database.database());
    try {
      Files.writeString(secret, database.password());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    return database.uri() + "?passwordref=file://" + secret.toAbsolutePath();
  }

  private static String data() {
    return directory.resolve("data").toString();
  }

  private static Endpoint database(String name, String sql) throws Exception {
    Endpoint made = server.createDatabase(name);
    sql(made, sql);
    return made;
  }

  private static void sql(Endpoint database, String sql) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static long ask(Endpoint database, String sql) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }
}
