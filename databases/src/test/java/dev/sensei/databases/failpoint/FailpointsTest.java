package dev.sensei.databases.failpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailpointsTest {
  @TempDir Path directory;

  @AfterEach
  void off() {
    Failpoints.clear();
  }

  @Test
  void theyAreOffUnlessConfigured() {
    assertThatCode(() -> Arrays.stream(Failpoint.values()).forEach(Failpoint::hit))
        .doesNotThrowAnyException();
  }

  @Test
  void oneStrikesAtTheHitThatWasAskedForAndOnlyThere() {
    Failpoints.configure("mid-chunk=throw@3; before-report=throw");
    Failpoint.MID_CHUNK.hit();
    Failpoint.MID_CHUNK.hit();
    assertThatThrownBy(Failpoint.MID_CHUNK::hit)
        .isInstanceOf(FailpointReached.class)
        .hasMessageContaining("mid-chunk");
    Failpoint.MID_CHUNK.hit();
    assertThatThrownBy(Failpoint.BEFORE_REPORT::hit).isInstanceOf(FailpointReached.class);
  }

  @Test
  void aPauseLastsAsLongAsItsFile() throws Exception {
    Path file = directory.resolve("paused");
    Failpoints.configure("after-claim=pause(" + file + ")");
    CompletableFuture<Void> paused = CompletableFuture.runAsync(Failpoint.AFTER_CLAIM::hit);
    while (!Files.exists(file)) {
      Thread.onSpinWait();
    }
    assertThat(paused).isNotDone();
    Files.delete(file);
    paused.get(5, TimeUnit.SECONDS);
  }

  @Test
  void aSleepLastsAsLongAsItSaysAtEveryHit() {
    Failpoints.configure("before-ledger-row=sleep(150)");
    for (int hit = 0; hit < 2; hit++) {
      long begun = System.nanoTime();
      Failpoint.BEFORE_LEDGER_ROW.hit();
      assertThat(Duration.ofNanos(System.nanoTime() - begun))
          .isGreaterThanOrEqualTo(Duration.ofMillis(150));
    }
  }

  @Test
  void anInterruptEndsASleepAndIsKept() {
    Failpoints.configure("before-ledger-row=sleep(3600000)");
    Thread.currentThread().interrupt();
    Failpoint.BEFORE_LEDGER_ROW.hit();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aSettingThatMeansNothingIsRefused() {
    assertThatThrownBy(() -> Failpoints.configure("mid-chunk=explode"))
        .hasMessageContaining("expected name=");
    for (String length : new String[] {"0", "3600001"}) {
      assertThatThrownBy(() -> Failpoints.configure("mid-chunk=sleep(%s)".formatted(length)))
          .hasMessageContaining("from 1 to 3600000, found " + length);
    }
    assertThatThrownBy(() -> Failpoints.configure("nowhere=halt")).hasMessageContaining("nowhere");
    assertThat(Arrays.stream(Failpoint.values()).map(Failpoint::label)).doesNotHaveDuplicates();
  }
}
