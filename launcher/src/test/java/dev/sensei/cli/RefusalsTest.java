package dev.sensei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.cli.Person.Outcome;
import dev.sensei.platform.PostgresServer.Endpoint;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a running system refuses, and what it says of it. */
@ExtendWith(RunningSystem.Extension.class)
final class RefusalsTest {
  private final RunningSystem system;

  RefusalsTest(RunningSystem system) {
    this.system = system;
  }

  @Test
  void missingRightsAreNamedWithTheirGrants() throws Exception {
    Endpoint target = system.server.createDatabase("closed");
    List<String> before = RunningSystem.contents(target);

    Outcome source =
        system.migrate(
            system.server.endpoint().withDatabase("shop").withUser("poor", "poor"), target);
    assertThat(source.code()).as(source.toString()).isEqualTo(2);
    assertThat(source.out()).contains("public.customer", "GRANT SELECT ON", "TO poor");

    Outcome outcome =
        system.migrate(
            system.server.endpoint().withDatabase("shop"), target.withUser("poor", "poor"));
    assertThat(outcome.code()).as(outcome.toString()).isEqualTo(2);
    assertThat(outcome.out()).contains("GRANT CREATE ON DATABASE closed TO poor");
    assertThat(RunningSystem.contents(target)).isEqualTo(before);
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
      Outcome outcome = system.here(command.split(" ", -1));
      assertThat(outcome.code()).as(command + outcome).isEqualTo(2);
      assertThat(outcome.err()).as(command).contains("there is no migration \"m-0\"");
    }
  }

  @Test
  void aSecondOneOnTheDirectoryIsRefusedAndToldWhoHoldsIt() {
    Outcome outcome =
        system.person.runs(
            "migrate",
            "--data-dir",
            system.data(),
            "--source",
            system.uri(system.server.endpoint().withDatabase("shop")),
            "--target",
            system.uri(system.server.endpoint()));
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err())
        .contains(
            system.directory.getFileName().toString(),
            "in use by process " + ProcessHandle.current().pid(),
            "--kafka " + system.running.bootstrapServers());
  }
}
