package dev.sensei.databases.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.databases.TableName;
import dev.sensei.databases.TwoDatabases;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LostClientTest {
  private static final TableKey KEY = new TableKey("m", new TableName("public", "t"));
  private static final CreatedObject MARK = new CreatedObject("built", "index t_by_id");

  /** Shorter than the server takes to notice a lost client. */
  private static final LedgerSettings IMPATIENT =
      new LedgerSettings(Duration.ofSeconds(1), Duration.ofSeconds(30), 10);

  private final Ledger ledger = new Ledger(IMPATIENT);
  private final LedgerMarks marks = new LedgerMarks(IMPATIENT);

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void workThatAKilledClientLeavesInTheServerIsEndedAndDoneByTheNext(boolean ofATable)
      throws Exception {
    TwoDatabases databases = TwoDatabases.fresh();
    databases.onTarget("CREATE TABLE t (id int)");
    CountDownLatch building = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Connection killed = databases.target();
        Connection next = databases.target()) {
      ledger.install(next, "here", "m");
      ledger.claim(next, new TableClaim(KEY, "here", 0, 1, 0, true));
      Future<Boolean> lost =
          threads.submit(
              () ->
                  once(
                      killed,
                      ofATable,
                      session -> {
                        building.countDown();
                        try (Statement statement = session.createStatement()) {
                          statement.execute("SELECT pg_sleep(50)");
                        }
                      }));
      assertThat(building.await(20, TimeUnit.SECONDS)).isTrue();
      Future<Boolean> waiting = threads.submit(() -> once(next, ofATable, session -> {}));
      killed.abort(threads);

      assertThat(waiting.get(20, TimeUnit.SECONDS)).isTrue();
      assertThat(lost).failsWithin(20, TimeUnit.SECONDS);
    }
  }

  private boolean once(Connection target, boolean ofATable, Ledger.Once work) {
    return ofATable
        ? marks.onceAt(target, KEY, 1, MARK, "building", work).equals(new OnceOutcome.Done(true))
        : ledger.once(target, "m", MARK, "building", work);
  }
}
