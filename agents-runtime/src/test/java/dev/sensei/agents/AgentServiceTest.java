package dev.sensei.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.databases.failpoint.Failpoints;
import dev.sensei.schemas.Topics.Agent;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.report.TargetReleased;
import dev.sensei.schemas.report.TaskFailed;
import dev.sensei.schemas.report.TaskHeartbeat;
import dev.sensei.schemas.report.TaskReleased;
import dev.sensei.schemas.task.PrepareTarget;
import dev.sensei.schemas.task.ReleaseTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentServiceTest extends AtADesk {
  private static final Duration LEASE = Duration.ofSeconds(2);
  private static final Duration LONG = Duration.ofSeconds(20);

  @AfterEach
  void failpointsOff() {
    Failpoints.clear();
  }

  @Test
  void tasksAreSpreadOverTwoServices() throws Exception {
    CountDownLatch bothAtWork = new CountDownLatch(2);
    Scripted.Script script =
        (_, context) -> {
          bothAtWork.countDown();
          if (!bothAtWork.await(15, TimeUnit.SECONDS)) {
            throw new TaskFailure(FailureClass.INTERNAL, "ALONE", "the other has no task");
          }
          reportDone(context);
        };
    AgentService first = start(1, Scripted.taking(ReleaseTarget.class, script));
    AgentService second = start(1, Scripted.taking(ReleaseTarget.class, script));

    for (int number = 0; number < 6; number++) {
      desk.issue(Agent.WORKER, migration, Desk.task(migration, "t" + number));
    }

    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(desk.reports(TargetReleased.class, migration))
                    .extracting(TargetReleased::getTaskId)
                    .containsExactlyInAnyOrder("t0", "t1", "t2", "t3", "t4", "t5"));
    assertThat(desk.reports(TargetReleased.class, migration))
        .extracting(TargetReleased::getAgent)
        .contains(first.name(), second.name());
  }

  @Test
  void aTaskLongerThanItsLeaseIsHandedOutOnceAndGivesSignsOfLife() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Scripted handler =
        Scripted.taking(
            ReleaseTarget.class,
            (_, context) -> {
              assertThat(never.await(LEASE.toMillis() * 3, TimeUnit.MILLISECONDS)).isFalse();
              reportDone(context);
            });
    start(1, handler);
    start(1, handler);

    desk.issue(Agent.WORKER, migration, Desk.task(migration, "long"));

    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(desk.reports(TargetReleased.class, migration)).hasSize(1));
    assertThat(handler.given()).hasSize(1);
    assertThat(desk.reports(TaskHeartbeat.class, migration)).hasSizeGreaterThan(3);
  }

  @Test
  void aTaskGivesASignOfLifeAsSoonAsItIsInWork() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    start(
        settings(1).withTimes(LEASE, Duration.ofMinutes(1), Duration.ofSeconds(3)),
        Scripted.taking(
            ReleaseTarget.class,
            (_, context) -> {
              assertThat(seen.await(LONG.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
              reportDone(context);
            }));

    desk.issue(Agent.WORKER, migration, Desk.task(migration, "begun"));

    await()
        .atMost(LEASE.multipliedBy(2))
        .untilAsserted(
            () ->
                assertThat(desk.reports(TaskHeartbeat.class, migration))
                    .extracting(TaskHeartbeat::getTaskId, TaskHeartbeat::getAttempt)
                    .containsExactly(tuple("begun", 1)));
    seen.countDown();
    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(desk.reports(TargetReleased.class, migration)).hasSize(1));
    assertThat(desk.reports(TaskHeartbeat.class, migration)).hasSize(1);
  }

  @Test
  void aTaskOfAnAgentThatSaysNothingMoreComesBackWithinItsLease() throws Exception {
    new ShareGroupSettings(settings(1), new Reachability("test", OnPlatform.kafka()))
        .apply(new Stopping());
    desk.issue(Agent.WORKER, migration, Desk.task(migration, "orphan"));
    try (KafkaShareConsumer<byte[], byte[]> silent = silentMember()) {
      List<ConsumerRecord<byte[], byte[]>> taken = new ArrayList<>();
      await()
          .atMost(LONG)
          .until(
              () -> {
                silent.poll(Duration.ofMillis(200)).forEach(taken::add);
                return !taken.isEmpty();
              });
      Scripted handler = Scripted.taking(ReleaseTarget.class, (_, context) -> reportDone(context));
      start(1, handler);

      await()
          .atMost(LEASE.multipliedBy(3))
          .untilAsserted(
              () -> assertThat(desk.reports(TargetReleased.class, migration)).hasSize(1));
      assertThat(handler.given()).extracting(TaskContext::deliveryCount).containsExactly(2);
    }
  }

  @Test
  void aFailureIsReportedAndAnUnexpectedOneWithoutItsMessage() throws Exception {
    start(
        1,
        Scripted.taking(
            ReleaseTarget.class,
            (_, context) -> {
              if (context.task().taskId().equals("known")) {
                throw new TaskFailure(
                    FailureClass.SCHEMA, "42P01", "the table is missing", "public.orders");
              }
              throw new IllegalStateException("the card number is 4711");
            }));

    desk.issue(Agent.WORKER, migration, Desk.task(migration, "known"));
    desk.issue(Agent.WORKER, migration, Desk.task(migration, "unexpected"));

    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(desk.reports(TaskFailed.class, migration)).hasSize(2));
    TaskFailed known = failure("known");
    assertThat(known.getFailure().getFailureClass()).isEqualTo(FailureClass.SCHEMA);
    assertThat(known.getFailure().getCode()).isEqualTo("42P01");
    assertThat(known.getFailure().getObject()).isEqualTo("public.orders");
    TaskFailed unexpected = failure("unexpected");
    assertThat(unexpected.getFailure().getFailureClass()).isEqualTo(FailureClass.INTERNAL);
    assertThat(unexpected.getFailure().getMessage())
        .contains("java.lang.IllegalStateException")
        .doesNotContain("4711");
  }

  @Test
  void whereAnAgentIsHeldAfterItsReportKafkaHasItAndTheTaskIsNotDone(@TempDir Path directory)
      throws Exception {
    Path held = directory.resolve("held");
    Failpoints.configure("after-report=pause(" + held + ")@1");
    AgentService service =
        start(1, Scripted.taking(ReleaseTarget.class, (_, context) -> reportDone(context)));

    desk.issue(Agent.WORKER, migration, Desk.task(migration, "reported"));

    await().atMost(LONG).until(() -> Files.exists(held));
    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(desk.reports(TargetReleased.class, migration)).hasSize(1));
    assertThat(service.counters().done()).isZero();
    Files.delete(held);
    await().atMost(LONG).until(() -> service.counters().done() == 1);
  }

  @Test
  void whatCannotBeReadAndWhatIsMeantForOthersIsADeadLetterAndTheNextTaskIsDone() throws Exception {
    start(1, Scripted.taking(ReleaseTarget.class, (_, context) -> reportDone(context)));

    desk.issueBytes(Agent.WORKER, migration, new byte[] {1, 2, 3});
    desk.issue(Agent.WORKER, migration, prepareTarget());
    desk.issue(Agent.WORKER, migration, Desk.task(migration, "next"));

    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(desk.reports(TargetReleased.class, migration)).hasSize(1));
    assertThat(desk.deathReasons(migration))
        .hasSize(2)
        .anySatisfy(reason -> assertThat(reason).contains("cannot be read"))
        .anySatisfy(reason -> assertThat(reason).contains("PrepareTarget is no task of worker"));
  }

  @Test
  void anAgentThatStopsHandsItsTaskBackAtOnceAndReportsNothing() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Scripted leaving =
        Scripted.taking(
            ReleaseTarget.class,
            (_, context) -> {
              begun.countDown();
              await().atMost(LONG).until(context::cancelled);
              context.throwIfCancelled();
            });
    AgentService first = start(1, leaving);
    desk.issue(Agent.WORKER, migration, Desk.task(migration, "handed back"));
    assertThat(begun.await(15, TimeUnit.SECONDS)).isTrue();
    Scripted second = Scripted.taking(ReleaseTarget.class, (_, context) -> reportDone(context));
    start(1, second);

    first.close();

    await()
        .atMost(LEASE)
        .untilAsserted(() -> assertThat(desk.reports(TargetReleased.class, migration)).hasSize(1));
    // A delivery more is one that reached nobody: the one that left was given the task once.
    assertThat(leaving.given()).hasSize(1);
    assertThat(second.given())
        .extracting(TaskContext::deliveryCount)
        .hasSize(1)
        .allSatisfy(count -> assertThat(count).isBetween(2, 3));
    assertThat(desk.reports(TaskReleased.class, migration)).isEmpty();
    assertThat(desk.reports(TaskFailed.class, migration)).isEmpty();
  }

  private AgentService start(int slots, TaskHandler handler) throws Exception {
    return start(settings(slots), handler);
  }

  private AgentService start(AgentSettings settings, TaskHandler handler) throws Exception {
    AgentService service = AgentService.start(settings, DatabaseAccess.byReference(), _ -> handler);
    open.add(service);
    service.ready().get(30, TimeUnit.SECONDS);
    return service;
  }

  private static AgentSettings settings(int slots) {
    return OnPlatform.settings(Agent.WORKER)
        .withSlots(slots)
        .withTimes(LEASE, Duration.ofSeconds(1), Duration.ofSeconds(3));
  }

  private TaskFailed failure(String taskId) {
    return desk.reports(TaskFailed.class, migration).stream()
        .filter(failed -> failed.getTaskId().equals(taskId))
        .findFirst()
        .orElseThrow();
  }

  private static void reportDone(TaskContext context) throws TaskFailure, TaskReleasedException {
    context.report(
        TargetReleased.newBuilder()
            .setMigrationId(context.task().migrationId())
            .setTaskId(context.task().taskId())
            .setAttempt(context.task().attempt())
            .setAgent(context.agentName())
            .build());
  }

  private PrepareTarget prepareTarget() {
    return PrepareTarget.newBuilder()
        .setMigrationId(migration)
        .setTaskId("of another kind")
        .setAttempt(1)
        .setSource(Desk.database())
        .setTarget(Desk.database())
        .setPlanDigest("digest")
        .setInstallation("test")
        .build();
  }

  private static KafkaShareConsumer<byte[], byte[]> silentMember() {
    KafkaShareConsumer<byte[], byte[]> silent =
        new KafkaShareConsumer<>(
            Map.of(
                "bootstrap.servers",
                OnPlatform.kafka(),
                "group.id",
                Agent.WORKER.shareGroup(),
                "share.acknowledgement.mode",
                "explicit",
                "share.acquire.mode",
                "record_limit",
                "max.poll.records",
                1),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    silent.subscribe(List.of(Agent.WORKER.taskTopic()));
    return silent;
  }
}
