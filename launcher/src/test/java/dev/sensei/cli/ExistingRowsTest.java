package dev.sensei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sensei.cli.Person.Outcome;
import dev.sensei.platform.PostgresServer.Endpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Targets that hold rows before anything is moved. */
@ExtendWith(RunningSystem.Extension.class)
final class ExistingRowsTest {
  private final RunningSystem system;

  ExistingRowsTest(RunningSystem system) {
    this.system = system;
  }

  @Test
  void aTargetThatHoldsRowsIsLeftAsItWas() throws Exception {
    Endpoint target = system.server.createDatabase("filled");
    RunningSystem.sql(target, "CREATE TABLE customer (id int PRIMARY KEY, name text)");
    RunningSystem.sql(target, "INSERT INTO customer VALUES (1, 'kept')");
    List<String> before = RunningSystem.contents(target);

    Outcome outcome = system.migrate("shop", system.uri(target), "--yes");

    assertThat(outcome.code()).as(outcome.toString()).isEqualTo(2);
    assertThat(outcome.out())
        .contains("TARGET_NOT_EMPTY public.customer", "empty them", "existingRows: truncate");
    assertThat(RunningSystem.contents(target)).isEqualTo(before);
  }

  @Test
  void rowsJoinThoseOfTheTargetOrLeaveItAsItWas() throws Exception {
    Path spec = system.directory.resolve("append.yaml");
    Files.writeString(spec, "options: {existingRows: append}");
    Endpoint target = system.server.createDatabase("joined");
    RunningSystem.sql(
        target,
        "CREATE TABLE customer (id int PRIMARY KEY, name text)",
        "CREATE TABLE purchase (id int PRIMARY KEY, customer int REFERENCES customer)",
        "INSERT INTO customer VALUES (-1, 'kept')",
        "INSERT INTO purchase VALUES (7, -1)");
    List<String> before = RunningSystem.contents(target);

    // Customers are moved in before the purchases, of which one is in the way.
    Outcome refused =
        system.migrate("shop", system.uri(target), "--spec", spec.toString(), "--yes");
    assertThat(refused.code()).as(refused.toString()).isEqualTo(3);
    assertThat(refused.out()).contains("purchase_pkey");
    Outcome back = system.here("rollback", RunningSystem.id(refused));
    assertThat(back.code()).as(back.toString()).isZero();
    assertThat(RunningSystem.contents(target)).isEqualTo(before);

    RunningSystem.sql(target, "UPDATE purchase SET id = -7");
    Path certificate = system.directory.resolve("joined.jws");
    Outcome done =
        system.migrate(
            "shop",
            system.uri(target),
            "--spec",
            spec.toString(),
            "--yes",
            "--certificate",
            certificate.toString());
    assertThat(done.code()).as(done.toString()).isZero();
    assertThat(RunningSystem.contents(target)).hasSize(before.size() + 100).containsAll(before);
    assertThat(system.here("verify", certificate.toString()).code()).isZero();
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
}
