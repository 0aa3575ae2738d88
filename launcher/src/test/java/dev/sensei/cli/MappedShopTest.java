package dev.sensei.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sensei.cli.Person.Outcome;
import dev.sensei.cli.sample.SampleShop;
import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresServer.Endpoint;
import dev.sensei.platform.PostgresSettings;
import dev.sensei.platform.RunningPlatform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample shop is moved under other names and types, and every row is compared. */
final class MappedShopTest {
  private static final String MAPPINGS =
      """
      mappings:
        shop.customers:
          target: crm.clients
          columns:
            name: {target: full_name, type: varchar(200)}
            phone: drop
            born: {target: year_of_birth, expression: "extract(year from born)::int"}
            tier: {type: text}
            newsletter: {expression: "coalesce(newsletter, false)"}
          add:
            first_name: {expression: "split_part(name, ' ', 1)"}
            last_name: {expression: "split_part(name, ' ', 2)", type: varchar(80)}
            contact: {expression: "name || ' <' || email || '>'", type: text}
            origin: {constant: "the old shop's", required: true}
            source_system: {constant: 7}
        shop.suppliers:
          target: crm.suppliers
          columns:
            id: {target: supplier_id, type: bigint}
            turnover: {type: "numeric(20,2)"}
        shop.products:
          columns:
            supplier_id: {type: bigint}
            price: {target: price_cents, expression: "(price * 100)::bigint"}
        shop.orders:
          columns:
            customer_id: {target: client_id}
            total: {type: "numeric(20,4)"}
        shop."Gift Cards":
          target: shop.gift_cards
          columns:
            Card No: {target: card_no}
            Expires: {target: expires, type: timestamp}
        shop.page_views:
          target: web.page_views
          columns:
            path: {target: url}
            address: drop
          add:
            host: {expression: "host(address)"}
        shop.page_views_2025_07: {target: web.page_views_2025_07}
      """;
  private static final Pattern ID = Pattern.compile("(m-[0-9]+-[0-9]+-[0-9a-f]+)");

  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @TempDir private static Path directory;
  private static Thread up;
  private static PostgresServer server;
  private static RunningPlatform running;
  private final Person person = new Person(directory);

  @BeforeAll
  static void sample() throws SQLException {
    up = Thread.ofPlatform().start(() -> new Person(directory).runs("up", "--data-dir", data()));
    server = PostgresServer.start(PostgresSettings.in(directory.resolve("server")));
    try (Connection connection = server.createDatabase("shop").connect()) {
      new SampleShop(1_000).create(connection);
    }
    await().atMost(PATIENCE).until(() -> RunningPlatform.find(Path.of(data())).isPresent());
    running = RunningPlatform.find(Path.of(data())).orElseThrow();
  }

  @AfterAll
  static void stop() throws InterruptedException {
    up.interrupt();
    up.join(PATIENCE);
    server.close();
  }

  @Test
  void aShopUnderOtherNamesIsCertified() throws Exception {
    Endpoint target = server.createDatabase("new_shop");
    Path spec = spec("certified.yaml", MAPPINGS);

    Outcome waiting = migrate(target, spec);
    assertThat(waiting.code()).as(waiting.toString()).isEqualTo(4);
    String id = id(waiting);
    assertThat(person.runs("plan", id, "--data-dir", data()).out())
        .contains(
            "shop.customers as crm.clients",
            "column name text becomes full_name character varying(200)",
            "column phone is dropped",
            "read by: SELECT ",
            "(split_part(name, ' ', 1)), ",
            "view shop.best_customers");
    Path certificate = directory.resolve("shop.jws");
    Outcome done =
        migrate(
            target, spec, "--yes", "--accept-exceptions", "--certificate", certificate.toString());

    assertThat(done.code()).as(done.toString()).isZero();
    assertThat(person.runs("verify", certificate.toString(), "--data-dir", data()).code()).isZero();
    assertThat(
            values(
                target,
                "SELECT count(*), count(*) FILTER (WHERE c.full_name = c.first_name || ' ' ||"
                    + " c.last_name), min(origin), min(source_system) FROM crm.clients c"))
        .isEqualTo("40|40|the old shop's|7");
    assertThat(
            values(
                target,
                "SELECT (SELECT count(*) FROM shop.orders o JOIN crm.clients c ON c.id ="
                    + " o.client_id), (SELECT count(*) FROM web.page_views_2025_07),"
                    + " nextval('crm.suppliers_id_seq') > 1"))
        .matches("[1-9][0-9]*\\|[1-9][0-9]*\\|t");
    assertThat(
            values(
                target,
                "SELECT string_agg(conname, ' ' ORDER BY conname) FROM pg_constraint"
                    + " WHERE confrelid = 'crm.clients'::regclass"))
        .contains("orders_customer_id_fkey", "reviews_customer_id_fkey");
  }

  @Test
  void aValueThatSomebodyChangedIsFoundAsADifference() throws Exception {
    Endpoint target = server.createDatabase("changed_shop");
    Path spec = spec("changed.yaml", MAPPINGS + "approval: {milestones: [before_validation]}\n");
    Outcome waiting = migrate(target, spec, "--yes", "--accept-exceptions");
    assertThat(waiting.code()).as(waiting.toString()).isEqualTo(4);
    try (Connection connection = target.connect();
        Statement statement = connection.createStatement()) {
      assertThat(
              statement.executeUpdate(
                  "UPDATE crm.clients SET contact = contact || '.' WHERE id = 7"))
          .isEqualTo(1);
    }

    Outcome resumed = person.runs("resume", id(waiting), "--data-dir", data());
    assertThat(resumed.code()).as(resumed.toString()).isZero();
    Outcome done = migrate(target, spec, "--yes");

    assertThat(done.code()).as(done.toString()).isEqualTo(5);
    assertThat(done.out()).contains("table shop.customers differs between source and target");
    assertThat(List.of(done.out().split("\n")))
        .filteredOn(line -> line.contains("differs between"))
        .hasSize(1);
  }

  @Test
  void aMappingThatCannotBeCarriedOutLeavesTheTargetAsItWas() throws Exception {
    Endpoint target = server.createDatabase("refused_shop");
    Outcome outcome =
        migrate(
            target,
            spec("refused.yaml", "mappings: {shop.customers: {columns: {name: {type: date}}}}"),
            "--yes");
    assertThat(outcome.code()).as(outcome.toString()).isEqualTo(2);
    assertThat(outcome.out()).contains("CAST_FAILS", "shop.customers.name");
    assertThat(values(target, "SELECT count(*) FROM pg_namespace WHERE nspname = 'shop'"))
        .isEqualTo("0");
  }

  @Test
  void aServerWithoutEncryptionIsRefusedWhereTheSpecRequiresIt() throws Exception {
    Endpoint shop = server.endpoint().withDatabase("shop");
    Path password = directory.resolve("password");
    Files.writeString(password, shop.password());
    String database =
        "{type: postgresql, host: 127.0.0.1, port: %d, database: %%s, user: %s, credentials: 'file://%s', ssl: %%s}"
            .formatted(shop.port(), shop.user(), password.toAbsolutePath());
    Path spec =
        spec(
            "ssl.yaml",
            "source: "
                + database.formatted("shop", "required")
                + "\ntarget: "
                + database.formatted("postgres", "disabled")
                + "\n");
    Outcome outcome =
        person.runs(
            "migrate",
            "--data-dir",
            data(),
            "--kafka",
            running.bootstrapServers(),
            "--registry",
            running.registryUrl(),
            "--spec",
            spec.toString(),
            "--yes");
    assertThat(outcome.code()).as(outcome.toString()).isEqualTo(2);
    assertThat(outcome.err())
        .contains("the connection requires TLS (SSL), and the server does not offer it");
  }

  private Outcome migrate(Endpoint target, Path spec, String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "migrate",
                "--data-dir",
                data(),
                "--kafka",
                running.bootstrapServers(),
                "--registry",
                running.registryUrl(),
                "--source",
                uri(server.endpoint().withDatabase("shop")),
                "--target",
                uri(target),
                "--spec",
                spec.toString()));
    arguments.addAll(List.of(more));
    return person.runs(arguments.toArray(String[]::new));
  }

  private static Path spec(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.writeString(file, text);
    return file;
  }

  private static String uri(Endpoint database) throws IOException {
    Path secret = directory.resolve("password");
    Files.writeString(secret, database.password());
    return database.uri() + "?passwordref=file://" + secret.toAbsolutePath();
  }

  private static String id(Outcome outcome) {
    Matcher found = ID.matcher(outcome.out());
    assertThat(found.find()).as(outcome.toString()).isTrue();
    return found.group(1);
  }

  private static String data() {
    return directory.resolve("data").toString();
  }

  private static String values(Endpoint database, String sql) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      StringBuilder values = new StringBuilder(String.valueOf(row.getString(1)));
      for (int at = 2; at <= row.getMetaData().getColumnCount(); at++) {
        values.append('|').append(row.getString(at));
      }
      return values.toString();
    }
  }
}
