package dev.sensei.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.cli.Person.Outcome;
import dev.sensei.cli.run.Decision;
import dev.sensei.cli.run.RunResult;
import dev.sensei.platform.PostgresServer.Endpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Plans and milestones that wait for a person at another terminal. */
@ExtendWith(RunningSystem.Extension.class)
final class ApprovalsTest {
  private final RunningSystem system;

  ApprovalsTest(RunningSystem system) {
    this.system = system;
  }

  @Test
  void aPlanWaitsIsApprovedFromAnotherTerminalAndEndsInACertificate() throws Exception {
    Endpoint target = system.server.createDatabase("new_shop");
    Outcome waiting = system.migrate("shop", system.uri(target));
    assertThat(waiting.code()).as(waiting.toString()).isEqualTo(4);
    String id = RunningSystem.id(waiting);
    // What is to be typed works with the same platform.
    assertThat(waiting.out())
        .contains(
            "./sensei approve %s --data-dir %s --kafka %s --registry "
                .formatted(id, system.data(), system.running.bootstrapServers()));

    assertThat(system.here("status").out()).contains(id + "  awaiting_approval");
    assertThat(system.here("plan", id).out()).contains("public.purchase");
    Outcome tooEarly = system.here("pause", id);
    assertThat(tooEarly.code()).isEqualTo(3);
    assertThat(tooEarly.err()).contains("not allowed", "awaiting");
    assertThat(system.here("approve", id).code()).isZero();
    Path certificate = system.directory.resolve("shop.jws");
    Outcome done =
        system.migrate(
            "shop", system.uri(target), "--yes", "--json", "--certificate", certificate.toString());

    assertThat(done.code()).as(done.toString()).isZero();
    assertThat(done.out()).startsWith("{").contains("\"verdict\" : \"certified\"");
    assertThat(done.err()).contains("Resuming migration " + id);
    assertThat(system.here("verify", certificate.toString()).code()).isZero();
    for (String audit : List.of("log", "replay", "verify")) {
      Outcome audited = system.here("audit", audit, id);
      assertThat(audited.code()).as(audited.toString()).isZero();
    }
    Files.write(certificate, certificateCutShort(certificate));
    assertThat(system.here("verify", certificate.toString()).code()).isEqualTo(3);
  }

  @Test
  void anApprovalThatWasGivenMeanwhileCountsForWhoeverGivesItAgain() throws Exception {
    Endpoint target = system.server.createDatabase("approved_twice");
    List<Outcome> approvals = new ArrayList<>();
    RunResult done =
        system.migrate(
            target,
            plan -> {
              approvals.add(system.here("approve", plan.migrationId()));
              return new Decision.Approve(RunningSystem.OWNER, false);
            },
            line -> {});

    assertThat(approvals).singleElement().returns(0, Outcome::code);
    assertThat(done.exitCode()).as(done.toString()).isEqualTo(ExitCode.OK);
  }

  @Test
  void aMigrationThatSomebodyElseTakesUpMeanwhileIsFollowed() throws Exception {
    Endpoint target = system.server.createDatabase("taken_up_twice");
    RunningSystem.sql(target, "CREATE VIEW customer AS SELECT 1");
    Outcome failed = system.migrate("shop", system.uri(target), "--yes");
    assertThat(failed.out()).as(failed.toString()).contains("NAME_TAKEN");
    RunningSystem.sql(target, "DROP VIEW customer");

    List<String> notes = new ArrayList<>();
    RunResult done =
        system.migrate(
            target,
            plan -> new Decision.Approve(RunningSystem.OWNER, false),
            line -> {
              notes.add(line);
              if (line.startsWith("Resuming migration")) {
                assertThat(system.here("retry", RunningSystem.id(failed)).code()).isZero();
              }
            });

    assertThat(notes).anyMatch(line -> line.matches("It is .* by now; following it."));
    assertThat(done.exitCode()).as(done.toString()).isEqualTo(ExitCode.OK);
  }

  @Test
  void aMilestoneIsWaitedForAndTheCommandThatGoesOnIsNamed() throws Exception {
    Path spec = system.directory.resolve("milestone.yaml");
    Files.writeString(spec, "approval: {milestones: [before_validation]}");
    Endpoint target = system.server.createDatabase("milestone");
    Outcome waiting =
        system.migrate("shop", system.uri(target), "--spec", spec.toString(), "--yes");
    assertThat(waiting.code()).as(waiting.toString()).isEqualTo(4);
    Matcher command =
        Pattern.compile("\"./sensei (resume .*)\" lets it go on").matcher(waiting.out());
    assertThat(command.find()).as(waiting.toString()).isTrue();

    Outcome resumed = system.person.runs(command.group(1).replace("'", "").split(" "));

    assertThat(resumed.code()).as(resumed.toString()).isZero();
    String certificate = system.directory.resolve("milestone.jws").toString();
    assertThat(
            system
                .migrate("shop", system.uri(target), "--yes", "--certificate", certificate)
                .code())
        .isZero();
  }

  @Test
  void aCancelledMigrationLeavesTheTargetAsItWas() throws Exception {
    Endpoint target = system.server.createDatabase("cancelled");
    List<String> before = RunningSystem.contents(target);
    String id = RunningSystem.id(system.migrate("shop", system.uri(target)));

    Outcome outcome = system.here("cancel", id, "--reason", "not today");

    assertThat(outcome.code()).as(outcome.toString()).isZero();
    assertThat(outcome.out()).contains(id + " is cancelled");
    assertThat(RunningSystem.contents(target)).isEqualTo(before);
  }

  private static byte[] certificateCutShort(Path file) throws Exception {
    byte[] whole = Files.readAllBytes(file);
    return Arrays.copyOf(whole, whole.length / 2);
  }
}
