package dev.sensei.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.platform.KafkaServer;
import dev.sensei.platform.KafkaSettings;
import dev.sensei.schemas.Topics.Agent;
import dev.sensei.schemas.report.TargetReleased;
import dev.sensei.schemas.task.ReleaseTarget;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an agent does while Kafka is away, on a Kafka of its own. */
class AgentWithoutKafkaTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path directory;

  @Tag("long")
  @Test
  void aReportWaitsForKafkaAndItsTaskIsNotDoneASecondTime() throws Exception {
    KafkaServer kafka = KafkaServer.start(KafkaSettings.in(directory));
    String address = kafka.bootstrapServers();
    kafka.createTopics(OnPlatform.topics());
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch gone = new CountDownLatch(1);
    Scripted handler =
        Scripted.taking(
            ReleaseTarget.class,
            (_, context) -> {
              begun.countDown();
              assertThat(gone.await(60, TimeUnit.SECONDS)).isTrue();
              context.report(
                  TargetReleased.newBuilder()
                      .setMigrationId(context.task().migrationId())
                      .setTaskId(context.task().taskId())
                      .setAttempt(1)
                      .setAgent(context.agentName())
                      .build());
            });
    AgentSettings settings =
        AgentSettings.defaults(Agent.WORKER).on(address, OnPlatform.registry()).withSlots(1);
    String migration = Desk.newMigration();
    try (AgentService service =
            AgentService.start(settings, DatabaseAccess.byReference(), _ -> handler);
        Desk desk = new Desk(address)) {
      service.ready().get(60, TimeUnit.SECONDS);
      desk.issue(Agent.WORKER, migration, Desk.task(migration, "first"));
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

      kafka.close();
      gone.countDown();
      await().pollDelay(Duration.ofSeconds(8)).atMost(LONG).until(() -> true);
      assertThat(service.counters().done()).isZero();
      kafka = KafkaServer.start(KafkaSettings.in(directory));
      assertThat(kafka.bootstrapServers()).isEqualTo(address);

      await()
          .atMost(LONG)
          .untilAsserted(
              () -> assertThat(desk.reports(TargetReleased.class, migration)).isNotEmpty());
      desk.issue(Agent.WORKER, migration, Desk.task(migration, "second"));
      await()
          .atMost(LONG)
          .untilAsserted(
              () ->
                  assertThat(desk.reports(TargetReleased.class, migration))
                      .extracting(TargetReleased::getTaskId)
                      .contains("second"));
      assertThat(handler.given())
          .extracting(context -> context.task().taskId())
          .containsExactly("first", "second");
    } finally {
      kafka.close();
    }
  }
}
