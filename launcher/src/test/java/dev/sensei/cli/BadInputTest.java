package dev.sensei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.cli.Person.Outcome;
import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresSettings;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is refused before anything is started: no data directory comes to be. */
final class BadInputTest {
  @SuppressWarnings("NullAway.Init") // set before every test
  @TempDir
  static Path directory;

  @SuppressWarnings("NullAway.Init") // set before every test
  private static PostgresServer server;

  private final Path data = directory.resolve("data");
  private final Person person = new Person(directory);

  @BeforeAll
  static void startServer() throws Exception {
    server = PostgresServer.start(PostgresSettings.in(directory.resolve("server")));
    server.createDatabase("shop");
    server.createDatabase("new_shop");
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Test
  void anUnreachableServerIsNamed() {
    refused(migrate("postgresql://u:s3cret@127.0.0.1:1/shop", uri("new_shop")))
        .contains("the source", "127.0.0.1:1", "is the server running?", "check host and port");
    refused(migrate(uri("shop"), "postgresql://u:s3cret@no-such-host.invalid/shop"))
        .contains("the target", "no-such-host.invalid", "check its spelling");
  }

  @Test
  void aWrongAMissingPasswordAndAMissingDatabaseAreToldApart() {
    String user = server.endpoint().user();
    String address = "127.0.0.1:" + server.endpoint().port();
    refused(migrate("postgresql://" + user + ":s3cret@" + address + "/shop", uri("new_shop")))
        .contains("the password is wrong", "SOURCE_PGPASSWORD");
    refused(migrate(uri("shop"), "postgresql://" + user + "@" + address + "/new_shop"))
        .contains("where the server asks for a password", "TARGET_PGPASSWORD");
    refused(migrate(uri("shop"), uri("nowhere")))
        .contains("database nowhere", "does not exist", "create it first");
  }

  @Test
  void oneDatabaseUnderTwoNamesIsRecognisedByTheServerItself() {
    refused(migrate(uri("shop"), uri("shop").replace("127.0.0.1", "localhost")))
        .contains("the same database", "localhost", "127.0.0.1", "give another target");
  }

  @Test
  void aSpecIsRefusedAtItsLine() throws Exception {
    Path spec = directory.resolve("spec.yaml");
    Files.writeString(spec, "options:\n  chunkRows: many\n");
    refused(migrate(uri("shop"), uri("new_shop"), "--spec", spec.toString()))
        .contains("spec.yaml:2:", "chunkRows");
    Files.writeString(spec, "speed: 11\n");
    refused(migrate(uri("shop"), uri("new_shop"), "--spec", spec.toString()))
        .contains("spec.yaml:1:1", "unknown key \"speed\"", "allowed:");
  }

  @Test
  void aDataDirectoryThatCannotBeMadeIsNamed() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");
    Outcome outcome =
        person.runs(
            "migrate",
            "--source",
            uri("shop"),
            "--target",
            uri("new_shop"),
            "--data-dir",
            file.resolve("data").toString());
    refused(outcome).contains(file.resolve("data").toString(), "choose another one");
  }

  @Test
  void aPortThatIsTakenIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      for (String option : new String[] {"--kafka-port", "--control-port"}) {
        Outcome outcome =
            person.runs("up", "--data-dir", directory.resolve("up").toString(), option, port);
        refused(outcome).contains("Port " + port, "is taken", "choose another one");
      }
    }
    refused(person.runs("up", "--kafka-port", "0")).contains("from 1 to 65535, found 0");
  }

  @Test
  void noWorkerHasNoSlots() {
    refused(person.runs("up", "--no-worker", "--slots", "2")).contains("leave out --slots");
  }

  @Test
  void withJsonEveryRefusalIsOneDocument() {
    Outcome unknown = person.runs("migrate", "--json", "--sorce", "x");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.out()).startsWith("{").contains("\"code\" : \"USAGE\"", "--sorce");

    Outcome empty =
        person.runs("status", "--json", "--data-dir", directory.resolve("none").toString());
    assertThat(empty.code()).isEqualTo(2);
    assertThat(empty.out()).startsWith("{").contains("\"errors\"", "no migration was ever run");
    assertThat(directory.resolve("none")).doesNotExist();
  }

  private Outcome migrate(String source, String target, String... more) {
    String[] arguments = new String[more.length + 8];
    System.arraycopy(
        new String[] {
          "migrate", "--yes", "--data-dir", data.toString(), "--source", source, "--target", target
        },
        0,
        arguments,
        0,
        8);
    System.arraycopy(more, 0, arguments, 8, more.length);
    Outcome outcome = person.runs(arguments);
    assertThat(data).doesNotExist();
    return outcome;
  }

  private static AbstractStringAssert<?> refused(Outcome outcome) {
    assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
    return assertThat(outcome.err())
        .startsWith("sensei: ")
        .doesNotContain("s3cret", server.endpoint().password());
  }

  private static String uri(String database) {
    return server
        .endpoint()
        .withDatabase(database)
        .uri()
        .replace("@", ":" + server.endpoint().password() + "@");
  }
}
