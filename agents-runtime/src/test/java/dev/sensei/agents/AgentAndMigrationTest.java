package dev.sensei.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.agents.state.MigrationStatus;
import dev.sensei.schemas.Topics.Agent;
import dev.sensei.schemas.common.LifecycleState;
import dev.sensei.schemas.report.TaskReleased;
import dev.sensei.schemas.task.PrepareTarget;
import dev.sensei.schemas.task.ReleaseTarget;
import dev.sensei.schemas.task.RollBackTable;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the state of a migration does to its tasks. */
class AgentAndMigrationTest extends AtADesk {
  private static final Duration LONG = Duration.ofSeconds(20);

  @Test
  void aPauseCancelsTheTaskInWorkAndItIsReleased() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    start(
        Scripted.taking(
            ReleaseTarget.class,
            (_, context) -> {
              begun.countDown();
              await().atMost(LONG).until(context::cancelled);
              context.throwIfCancelled();
            }));
    desk.issueState(migration, Desk.state(migration, LifecycleState.RUNNING));
    desk.issue(Agent.VALIDATOR, migration, Desk.task(migration, "paused"));
    assertThat(begun.await(15, TimeUnit.SECONDS)).isTrue();

    desk.issueState(migration, Desk.state(migration, LifecycleState.PAUSED));

    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(desk.reports(TaskReleased.class, migration)).hasSize(1));
  }

  @Test
  void aPauseFromBeforeTheTaskSaysNothingOfIt() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    desk.issueState(migration, Desk.state(migration, LifecycleState.PAUSED));
    start(
        Scripted.taking(
            ReleaseTarget.class,
            (_, context) -> {
              await().atMost(LONG).until(() -> context.migration().isPresent());
              assertThat(context.migration())
                  .map(MigrationStatus::state)
                  .contains(LifecycleState.PAUSED);
              context.throwIfCancelled();
              done.countDown();
            }));

    await().pollDelay(Duration.ofMillis(10)).until(() -> true);
    desk.issue(Agent.VALIDATOR, migration, Desk.task(migration, "resumed"));

    assertThat(done.await(15, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aNewerEpochOfItsTableCancelsATask() throws Exception {
    start(
        Scripted.taking(
            RollBackTable.class,
            (_, context) -> {
              await().atMost(LONG).until(context::cancelled);
              context.throwIfCancelled();
            }));
    desk.issue(Agent.VALIDATOR, migration, rollBack(3));

    desk.issueState(migration, Desk.table(migration, 7, 4));

    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(desk.reports(TaskReleased.class, migration)).hasSize(1));
  }

  @Test
  void longLivedTasksRunBesideTheSlotsAndOutliveAPause() throws Exception {
    CountDownLatch kept = new CountDownLatch(3);
    CountDownLatch ordinary = new CountDownLatch(1);
    AgentService service =
        start(
            Scripted.taking(
                ReleaseTarget.class,
                PrepareTarget.class,
                (task, context) -> {
                  if (task instanceof PrepareTarget) {
                    kept.countDown();
                    await().atMost(LONG.multipliedBy(3)).until(context::cancelled);
                    assertThat(context.migration())
                        .map(MigrationStatus::state)
                        .contains(LifecycleState.CERTIFIED);
                  } else {
                    ordinary.countDown();
                  }
                }));
    for (int number = 0; number < 3; number++) {
      desk.issue(Agent.VALIDATOR, migration, longLived("keep" + number));
    }
    assertThat(kept.await(20, TimeUnit.SECONDS)).isTrue();
    desk.issueState(migration, Desk.state(migration, LifecycleState.PAUSED));
    String other = Desk.newMigration();

    desk.issue(Agent.VALIDATOR, other, Desk.task(other, "ordinary"));

    assertThat(ordinary.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(service.counters().done()).isLessThanOrEqualTo(1);
    desk.issueState(migration, Desk.state(migration, LifecycleState.CERTIFIED));
    await().atMost(LONG).until(() -> service.counters().done() == 4);
    assertThat(text(service, "/health")).isEqualTo("ready\n");
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(text(service, "/metrics"))
                    .contains("sensei_agent_tasks_done_total 4\n", "sensei_agent_slots 1\n"));
  }

  private static String text(AgentService service, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + service.healthPort().orElseThrow() + path);
      return client
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  private AgentService start(TaskHandler handler) throws Exception {
    AgentService service =
        AgentService.start(
            OnPlatform.settings(Agent.VALIDATOR).withSlots(1).withHealthPort(0),
            DatabaseAccess.byReference(),
            _ -> handler);
    open.add(service);
    service.ready().get(30, TimeUnit.SECONDS);
    return service;
  }

  private PrepareTarget longLived(String taskId) {
    return PrepareTarget.newBuilder()
        .setMigrationId(migration)
        .setTaskId(taskId)
        .setAttempt(1)
        .setSource(Desk.database())
        .setTarget(Desk.database())
        .setPlanDigest("digest")
        .setInstallation("test")
        .build();
  }

  private RollBackTable rollBack(int epoch) {
    return RollBackTable.newBuilder()
        .setMigrationId(migration)
        .setTaskId("roll back")
        .setAttempt(1)
        .setTable("public.orders")
        .setTableIndex(7)
        .setEpoch(epoch)
        .setSource(Desk.database())
        .setTarget(Desk.database())
        .setPlanDigest("digest")
        .build();
  }
}
