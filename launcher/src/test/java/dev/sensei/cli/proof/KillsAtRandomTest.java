package dev.sensei.cli.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Migrations while processes, sessions and servers are killed at random. Each fails at first, since
 * the target refuses a table's rows, is taken back, and is then made again.
 *
 * <p>{@code -Dkills.seed} repeats the decisions of a run, {@code -Dkills.strikes} says how many
 * there are in the long form.
 */
@ExtendWith(ProofServers.Extension.class)
final class KillsAtRandomTest {
  private static final long SHORT_SEED = 1135;
  private static final int SHORT_STRIKES = 4;
  private static final int LONG_STRIKES = 200;
  private static final int STRIKES_IN_A_PHASE = 6;
  private static final Duration LIMIT_AFTER_THE_LAST = Duration.ofMinutes(2);

  /** More attempts than a task fails for what is done to it here. */
  private static final String OPTIONS = "options:\n  chunkRows: 1000\n  maxTaskAttempts: 30\n";

  // Kept where the test fails: every process's output is in it.
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path directory;

  @Test
  void rowsLandOnceWhateverIsKilledWhenever(ProofServers servers) throws Exception {
    run(servers, Long.getLong("kills.seed", SHORT_SEED), SHORT_STRIKES, 2, 12_000);
  }

  @Tag("long")
  @Test
  void rowsLandOnceThroughManyKills(ProofServers servers) throws Exception {
    run(
        servers,
        Long.getLong("kills.seed", System.nanoTime()),
        Integer.getInteger("kills.strikes", LONG_STRIKES),
        3,
        60_000);
  }

  private void run(ProofServers servers, long seed, int count, int workers, int rows)
      throws Exception {
    System.out.printf("Kills at random: -Dkills.seed=%d -Dkills.strikes=%d%n", seed, count);
    Deque<Strike> strikes = new ArrayDeque<>(Strike.drawn(seed, count));
    List<String> tables = new ArrayList<>(Orders.tables(rows));
    tables.add("CREATE TABLE voucher (id int PRIMARY KEY, code text)");
    tables.add("INSERT INTO voucher SELECT n, 'code ' || n / 2 FROM generate_series(1, 2500) n");
    ProofDatabase source = servers.source("kills_source_" + count, tables);
    StubbornPerson person = new StubbornPerson();
    int migrations = 0;
    try (SeparateSystem system = SeparateSystem.start(directory, servers);
        KillsAtRandom kills = new KillsAtRandom(system, person, workers)) {
      system.awaitJoined(1);
      while (!strikes.isEmpty()) {
        ProofDatabase target =
            servers.target(
                "kills_target_%d_%d".formatted(count, ++migrations),
                "CREATE TABLE voucher (id int PRIMARY KEY, code text UNIQUE)");
        FailedThenMoved migration = new FailedThenMoved(system, person, source, target, OPTIONS);
        underFire(kills, strikes, migration, migration::failAndTakeBack);
        checked(kills, migration, migration::assertTakenBack);
        underFire(kills, strikes, migration, migration::move);
        checked(kills, migration, migration::assertMovedOnce);
      }
      System.out.printf("Kills at random: %d migrations; %s%n", migrations, kills.summary());
      assertThat(kills.struck()).as("what met somebody").contains(Strike.Kind.WORKER_KILLED);
    }
  }

  /** Strikes while the phase runs, and then waits for its end. */
  private void underFire(
      KillsAtRandom kills,
      Deque<Strike> strikes,
      FailedThenMoved migration,
      SeparateSystem.Action phase)
      throws Exception {
    try (ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor()) {
      migration.person().begin();
      Future<Boolean> working =
          thread.submit(
              () -> {
                phase.run();
                return true;
              });
      checked(
          kills,
          migration,
          () -> {
            Awaitility.await("a migration is there")
                .atMost(LIMIT_AFTER_THE_LAST)
                .until(() -> working.isDone() || migration.person().migration().isPresent());
            for (int i = 0; i < STRIKES_IN_A_PHASE && !strikes.isEmpty(); i++) {
              Strike strike = strikes.remove();
              Awaitility.await().pollDelay(strike.after()).until(() -> true);
              if (working.isDone()) {
                strikes.addFirst(strike);
                break;
              }
              kills.strike(strike, migration.source(), migration.target());
            }
            kills.awaitCalm(migration.source(), migration.target());
            working.get(LIMIT_AFTER_THE_LAST.toMillis(), TimeUnit.MILLISECONDS);
          });
    }
  }

  private void checked(KillsAtRandom kills, FailedThenMoved migration, SeparateSystem.Action action)
      throws Exception {
    try {
      action.run();
    } catch (ExecutionException | TimeoutException | AssertionError wrong) {
      String told = kills.diagnosis(migration.target());
      migration.person().giveUp();
      throw new AssertionError(
          "%s%nThe output of every process is in %s".formatted(told, directory), wrong);
    }
  }
}
