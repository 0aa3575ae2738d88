package dev.sensei.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However the launcher ends, nothing of it stays, and its directory starts again. */
class LauncherEndTest {
  private static final Duration SOON = Duration.ofSeconds(8);

  @TempDir Path data;

  @Test
  void killedWhileItStartsAndWhileItRunsItLeavesNothingButADirectoryThatStarts() throws Exception {
    for (int afterMillis : new int[] {500, 1_500}) {
      Process launcher = LauncherProcess.spawn(data);
      assertThat(launcher.waitFor(afterMillis, TimeUnit.MILLISECONDS)).isFalse();
      kill(launcher);
      awaitNoProcess();
    }
    Process launcher = LauncherProcess.spawn(data);
    LauncherProcess.awaitReady(launcher);
    assertThat(RunningPlatform.find(data)).map(RunningPlatform::pid).hasValue(launcher.pid());
    assertThat(LauncherProcess.processesIn(data)).hasSizeGreaterThan(2);

    kill(launcher);
    awaitNoProcess();
    assertThat(data.resolve(RunningPlatform.FILE)).exists();
    assertThat(RunningPlatform.find(data)).isEmpty();

    Process second = LauncherProcess.spawn(data);
    LauncherProcess.awaitReady(second);
    second.destroy();
    assertThat(second.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(LauncherProcess.processesIn(data)).isEmpty();
    assertThat(data.resolve(RunningPlatform.FILE)).doesNotExist();
  }

  @Test
  void serversWhoseLauncherAndWatcherWereBothKilledAreEndedByTheNextLauncher() throws Exception {
    PostgresSettings settings = PostgresSettings.in(data.resolve("postgres"));
    PostgresServer abandoned = PostgresServer.start(settings);
    Path cluster = data.resolve("postgres/data").toRealPath();
    try {
      killWatchersIn(cluster);
      assertThat(LauncherProcess.processesIn(cluster)).isNotEmpty();
    } finally {
      abandoned.close();
    }
    assertThat(LauncherProcess.processesIn(cluster)).isNotEmpty();

    try (PostgresServer next = PostgresServer.start(settings);
        var connection = next.endpoint().connect()) {
      assertThat(connection.isValid(1)).isTrue();
      assertThat(next.endpoint().password()).isEqualTo(abandoned.endpoint().password());
    }
    assertThat(LauncherProcess.processesIn(cluster)).isEmpty();
  }

  private static void kill(Process launcher) throws InterruptedException {
    launcher.destroyForcibly();
    launcher.waitFor();
  }

  private void awaitNoProcess() {
    await().atMost(SOON).until(() -> LauncherProcess.processesIn(data.toRealPath()).isEmpty());
  }

  /**
   * The reader of the pipe, which is the younger, goes first: it would end the server otherwise.
   */
  private static void killWatchersIn(Path cluster) throws IOException {
    LauncherProcess.processesIn(cluster).stream()
        .filter(process -> process.contains(" /bin/sh -c "))
        .map(process -> Long.valueOf(process.substring(0, process.indexOf(' '))))
        .sorted(Comparator.reverseOrder())
        .flatMap(pid -> ProcessHandle.of(pid).stream())
        .forEach(
            watcher -> {
              watcher.destroyForcibly();
              watcher.onExit().join();
            });
  }
}
