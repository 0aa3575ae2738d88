package dev.sensei.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.schemas.Topics.Agent;
import dev.sensei.schemas.report.TargetReleased;
import dev.sensei.schemas.task.ReleaseTarget;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How the tasks of one topic are shared out over several agents. */
class SharingTest extends AtADesk {
  private static final Duration LEASE = Duration.ofSeconds(2);
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int SLOTS = 2;

  @Test
  void aSlowAgentHasAsManyTasksAsSlotsAndTheRestIsDoneByOthersMeanwhile() throws Exception {
    int tasks = 40;
    CountDownLatch restDone = new CountDownLatch(1);
    Scripted slow =
        Scripted.taking(
            ReleaseTarget.class,
            (_, context) -> {
              assertThat(restDone.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
              reportDone(context);
            });
    Scripted fast = Scripted.taking(ReleaseTarget.class, (_, context) -> reportDone(context));
    issue(tasks);
    start(slow);
    await().atMost(LIMIT).until(() -> slow.given().size() == SLOTS);
    start(fast);

    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              List<String> inHand = given(slow);
              assertThat(inHand).hasSize(SLOTS);
              assertThat(given(fast))
                  .containsAll(
                      names(tasks).stream().filter(name -> !inHand.contains(name)).toList());
            });
    restDone.countDown();

    awaitReported(tasks);
    // What an agent had fetched beyond its slots comes a second time. A slot may have fetched one.
    assertThat(fast.given())
        .filteredOn(task -> task.deliveryCount() > 1)
        .hasSizeLessThanOrEqualTo(SLOTS);
  }

  @Test
  void agentsThatAreEquallyFastGetEquallyMuch() throws Exception {
    int agents = 3;
    int share = 40;
    CountDownLatch begin = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    List<Scripted> handlers =
        IntStream.range(0, agents)
            .mapToObj(
                number ->
                    Scripted.taking(
                        ReleaseTarget.class,
                        (_, context) -> {
                          assertThat(begin.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
                          assertThat(never.await(50, TimeUnit.MILLISECONDS)).isFalse();
                          reportDone(context);
                        }))
            .toList();
    issue(agents * share);
    for (Scripted handler : handlers) {
      start(handler);
    }
    begin.countDown();

    awaitReported(agents * share);
    assertThat(handlers)
        .extracting(handler -> handler.given().size())
        .as("tasks of each agent, of whom each should have %d", share)
        .allSatisfy(given -> assertThat(given).isBetween(share * 3 / 4, share * 5 / 4));
  }

  @Test
  void slotsRestWhileAsManyAsPayOffAreAtWorkAndAreThereWhenTheyAreNot() throws Exception {
    AtomicInteger atWork = new AtomicInteger(Integer.MAX_VALUE);
    Scripted handler =
        Scripted.taking(ReleaseTarget.class, (_, context) -> reportDone(context))
            .telling(
                new WorkMeter() {
                  @Override
                  public long done() {
                    return 0;
                  }

                  @Override
                  public int tasks() {
                    return atWork.get();
                  }
                });
    int tasks = 20;
    start(
        handler,
        AgentSettings.fromEnvironment(
                Agent.WORKER,
                Map.of("SENSEI_SLOTS", "" + SLOTS, "SENSEI_MOST_SLOTS", "" + 2 * SLOTS))
            .on(OnPlatform.kafka(), OnPlatform.registry()));
    issue(tasks);

    // Every slot takes one task, and then no other; slots may have been added meanwhile.
    await().atMost(LIMIT).until(() -> handler.given().size() >= SLOTS);
    await()
        .during(Duration.ofSeconds(2))
        .atMost(LIMIT)
        .until(() -> handler.given().size() <= 2 * SLOTS);
    atWork.set(0);
    awaitReported(tasks);
  }

  private void start(TaskHandler handler) throws Exception {
    start(handler, OnPlatform.settings(Agent.WORKER).withSlots(SLOTS));
  }

  private void start(TaskHandler handler, AgentSettings settings) throws Exception {
    AgentService service =
        AgentService.start(
            settings.withTimes(LEASE, Duration.ofSeconds(1), Duration.ofSeconds(3)),
            DatabaseAccess.byReference(),
            _ -> handler);
    open.add(service);
    service.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  private void issue(int tasks) {
    names(tasks).forEach(name -> desk.issue(Agent.WORKER, migration, Desk.task(migration, name)));
  }

  private void awaitReported(int tasks) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(desk.reports(TargetReleased.class, migration))
                    .extracting(TargetReleased::getTaskId)
                    .containsAll(names(tasks)));
  }

  private static List<String> given(Scripted handler) {
    return handler.given().stream().map(task -> task.task().taskId()).toList();
  }

  private static List<String> names(int tasks) {
    return IntStream.range(0, tasks).mapToObj(number -> "t" + number).toList();
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
}
