package dev.sensei.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sensei.schemas.Topics.Agent;
import dev.sensei.schemas.report.TargetReleased;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReportOrderTest {
  /** The first report is given up by then, and the second not. */
  private static final Duration KAFKA_IS_AWAY = Duration.ofSeconds(7);

  @Test
  void theLastOfManyReportsComesBehindAllOthersAlsoWhereKafkaWasAwayForTheFirst() throws Exception {
    String migration = Desk.newMigration();
    int port = freePort();
    AgentSettings settings =
        AgentSettings.defaults(Agent.WORKER).on("127.0.0.1:" + port, OnPlatform.registry());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Desk desk = new Desk(OnPlatform.kafka());
        ReportSender sender =
            new ReportSender(
                settings,
                OnPlatform.serde(),
                new Reachability("test", settings.kafka()),
                new Stopping())) {
      Future<Boolean> reporting =
          threads.submit(
              () -> {
                sender.report(
                    migration,
                    Optional.empty(),
                    Stream.of("first", "second", "last")
                        .map(task -> released(migration, task))
                        .toList());
                return true;
              });
      await().pollDelay(KAFKA_IS_AWAY).until(() -> true);
      try (ServerSocket door = new ServerSocket(port, 10, InetAddress.getLoopbackAddress())) {
        Thread.ofVirtual().start(() -> letIn(door));
        assertThat(reporting.get(60, TimeUnit.SECONDS)).isTrue();
      }
      await().atMost(Duration.ofSeconds(20)).until(() -> tasks(desk, migration).contains("last"));
      List<String> arrived = tasks(desk, migration);
      assertThat(arrived.subList(0, arrived.indexOf("last"))).contains("first", "second");
    }
  }

  private static List<String> tasks(Desk desk, String migration) {
    return desk.reports(TargetReleased.class, migration).stream()
        .map(TargetReleased::getTaskId)
        .toList();
  }

  private static TargetReleased released(String migration, String task) {
    return TargetReleased.newBuilder()
        .setMigrationId(migration)
        .setTaskId(task)
        .setAttempt(1)
        .setAgent("agent@test")
        .build();
  }

  private static int freePort() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return taken.getLocalPort();
    }
  }

  /** Passes connections on to Kafka until the door is closed. */
  private static void letIn(ServerSocket door) {
    String[] kafka = OnPlatform.kafka().split(":", -1);
    try {
      while (true) {
        Socket client = door.accept();
        Socket behind = new Socket(kafka[0], Integer.parseInt(kafka[1]));
        Thread.ofVirtual().start(() -> pass(client, behind));
        Thread.ofVirtual().start(() -> pass(behind, client));
      }
    } catch (IOException closed) {
      // The test is over.
      return;
    }
  }

  private static void pass(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException closed) {
      // One of the two has gone.
      return;
    }
  }
}
