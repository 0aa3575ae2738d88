package dev.sensei.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresSettings;
import dev.sensei.platform.RegistryServer;
import dev.sensei.platform.RegistrySettings;
import dev.sensei.schemas.report.TaskHeartbeat;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordSerdeTest {
  /** Nobody listens on the lowest port. */
  private static final String NOBODY = "http://127.0.0.1:1/apis/ccompat/v7";

  private static final SpecificRecord HEARTBEAT =
      TaskHeartbeat.newBuilder()
          .setMigrationId("m-1")
          .setTaskId("m-1/copy/1")
          .setAttempt(1)
          .setAgent("worker")
          .build();

  @TempDir Path directory;

  @Test
  void aRegistryThatStillStartsIsWaitedForAndThenReadsWhatItWrote() throws Exception {
    try (PostgresServer postgres =
            PostgresServer.start(PostgresSettings.in(directory.resolve("postgresql")));
        RegistryServer registry =
            RegistryServer.launch(
                RegistrySettings.in(
                    directory.resolve("registry"), postgres.createDatabase("schemas")));
        RecordSerde patient = RecordSerde.patient(registry.url(), Duration.ofMinutes(1));
        RecordSerde another = RecordSerde.on(registry.url())) {
      assertThatThrownBy(() -> another.write(Topics.REPORTS, HEARTBEAT))
          .isInstanceOf(RegistryAwayException.class);

      byte[] written = patient.write(Topics.REPORTS, HEARTBEAT);

      assertThat(another.read(Topics.REPORTS, written)).isEqualTo(HEARTBEAT);
      assertThat(another.writerSchema(written)).isEqualTo(HEARTBEAT.getSchema());
      assertThatThrownBy(() -> patient.read(Topics.REPORTS, new byte[] {0, 0, 0, 1, 77, 0}))
          .as("an id that no schema has is not waited for")
          .isInstanceOf(SerializationException.class);
    }
  }

  @Test
  void aRegistryThatTakesAQuestionAndNeverAnswersCountsAsAway() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        RecordSerde serde =
            RecordSerde.patient(
                "http://127.0.0.1:%d/apis/ccompat/v7".formatted(silent.getLocalPort()),
                Duration.ZERO,
                Duration.ofMillis(300))) {
      CompletableFuture<byte[]> writing =
          CompletableFuture.supplyAsync(() -> serde.write(Topics.REPORTS, HEARTBEAT));
      assertThatThrownBy(() -> writing.get(30, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(RegistryAwayException.class);
    }
  }

  @Test
  void waitingEndsWithThePatienceOrWhereSomebodyStops() throws Exception {
    try (RecordSerde impatient = RecordSerde.patient(NOBODY, Duration.ofMillis(300));
        RecordSerde stopped = RecordSerde.patient(NOBODY, Duration.ofMinutes(5))) {
      assertThatThrownBy(() -> impatient.write(Topics.REPORTS, HEARTBEAT))
          .isInstanceOf(RegistryAwayException.class)
          .hasMessageContaining(NOBODY);

      CompletableFuture<byte[]> writing =
          CompletableFuture.supplyAsync(() -> stopped.write(Topics.REPORTS, HEARTBEAT));
      assertThatThrownBy(() -> writing.get(500, TimeUnit.MILLISECONDS))
          .isInstanceOf(java.util.concurrent.TimeoutException.class);
      stopped.stopWaiting();
      assertThatThrownBy(() -> writing.get(30, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(RegistryAwayException.class);
    }
  }
}
