package dev.sensei.agents.worker;

import static dev.sensei.agents.testing.Migration.ask;
import static dev.sensei.agents.testing.Migration.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sensei.agents.TaskReleasedException;
import dev.sensei.agents.testing.Migration;
import dev.sensei.databases.catalog.CatalogComparison;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.queue.QueueKeys;
import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.report.TableCompleted;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The indexes of a table are built beside each other, and end together where one does not hold. */
class IndexBuildsTest extends WorkerOnDatabases {
  /** Waits in an index's expression for as long as somebody else holds the lock. */
  private static final String SLOW =
      """
      CREATE FUNCTION slow(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
        PERFORM pg_catalog.pg_advisory_xact_lock_shared(4711);
        RETURN n;
      END $$;
      """;

  private static final String TABLE =
      SLOW
          + """
          CREATE TABLE item (id int PRIMARY KEY, code int UNIQUE, a int, b int);
          INSERT INTO item SELECT n, n, n, n FROM generate_series(1, 50) n;
          CREATE INDEX item_slow_a ON item (slow(a));
          CREATE INDEX item_slow_b ON item (slow(b));
          """;

  private static final String BUILDING =
      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
          + " AND application_name LIKE 'sensei-worker/%' AND wait_event_type = 'Lock'"
          + " AND query LIKE 'CREATE INDEX item_slow%'";

  private static final String INDEXES =
      "SELECT coalesce(string_agg(indexrelid::regclass::text, ' ' ORDER BY 1), '')"
          + " FROM pg_index WHERE indrelid = 'item'::regclass";

  private static final String MARKS =
      "SELECT count(*) FROM sensei_ledger.object WHERE kind LIKE '% of table 0'";

  private Optional<Connection> holding = Optional.empty();

  @Test
  void indexesOfATableAreBuiltAtOnceAndEachOnce() throws Exception {
    filled(TABLE);
    hold();
    CompletableFuture<Void> building = background();
    awaitBuilding(2);
    letGo();
    building.get(30, TimeUnit.SECONDS);
    assertThat(migration.last(TableCompleted.class).getBuilt())
        .containsExactly(
            "constraint item_code_key on table public.item",
            "constraint item_pkey on table public.item",
            "index public.item_slow_a",
            "index public.item_slow_b",
            "statistics of public.item");
    assertThat(ask(migration.target, MARKS)).isEqualTo("6");
    handle(complete("item", 1));
    assertThat(ask(migration.target, MARKS)).isEqualTo("6");
    handle(finish());
    handle(release());
    assertThat(
            CatalogComparison.compare(
                Migration.catalog(migration.source), Migration.catalog(migration.target)))
        .isEmpty();
  }

  @Test
  void pagesOfALoadedTableAreVisibleToAll() throws Exception {
    filled(TABLE);
    String visible =
        "SELECT relpages > 0 AND relallvisible = relpages FROM pg_class WHERE oid ="
            + " 'item'::regclass";
    assertThat(ask(migration.target, visible)).isEqualTo("f");
    handle(complete("item", 1));
    assertThat(ask(migration.target, visible)).isEqualTo("t");
  }

  /** So that whoever raises the epoch ends it. */
  @Test
  void aVacuumWearsTheNameOfItsTable() throws Exception {
    filled(TABLE);
    Connection other = migration.target.connect();
    holding = Optional.of(other);
    other.setAutoCommit(false);
    try (Statement statement = other.createStatement()) {
      statement.execute("LOCK TABLE item IN SHARE UPDATE EXCLUSIVE MODE");
    }
    CompletableFuture<Void> completing = background();
    String named =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            + " AND query LIKE 'VACUUM%' AND application_name LIKE 'sensei-worker/%/0/1'";
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> ask(migration.target, named).equals("1"));
    letGo();
    completing.get(30, TimeUnit.SECONDS);
    String left =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            + " AND application_name LIKE 'sensei-worker/%/0/1'";
    assertThat(ask(migration.target, left)).isEqualTo("0");
  }

  @Test
  void aTaskThatIsDoneTwiceAtOnceBuildsOnce() throws Exception {
    filled(TABLE);
    CompletableFuture<Void> first = background();
    CompletableFuture<Void> second = background();
    first.get(30, TimeUnit.SECONDS);
    second.get(30, TimeUnit.SECONDS);
    assertThat(ask(migration.target, MARKS)).isEqualTo("6");
    assertThat(ask(migration.target, INDEXES).split(" ")).hasSize(4);
  }

  @Test
  void aCancelledTaskStopsAllOfItsSessions() throws Exception {
    filled(TABLE);
    hold();
    CompletableFuture<Void> building = background();
    awaitBuilding(2);
    migration.cancelled = true;
    assertThatThrownBy(() -> building.get(30, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(TaskReleasedException.class);
    assertThat(ask(migration.target, BUILDING)).isEqualTo("0");
    assertThat(ask(migration.target, INDEXES)).doesNotContain("slow");
    letGo();
    migration.cancelled = false;
    handle(complete("item", 1));
    assertThat(ask(migration.target, INDEXES).split(" ")).hasSize(4);
  }

  @Test
  void anIndexThatDoesNotHoldStopsTheOthers() throws Exception {
    filled(TABLE + "CREATE UNIQUE INDEX item_unique ON item (b)");
    run(migration.target, "INSERT INTO item VALUES (98, 99, 1, 1)");
    hold();
    assertThatThrownBy(() -> handle(complete("item", 1)))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("building index public.item_unique: unique constraint item_unique");
    assertThat(ask(migration.target, BUILDING)).isEqualTo("0");
    assertThat(ask(migration.target, INDEXES)).isEqualTo("item_code_key item_pkey");
    letGo();
    run(migration.target, "DELETE FROM item WHERE id = 98");
    handle(complete("item", 1));
    assertThat(ask(migration.target, INDEXES).split(" ")).hasSize(5);
  }

  @Test
  void aKeyThatDoesNotHoldIsNamedAndLeavesNoIndex() throws Exception {
    filled(TABLE);
    run(migration.target, "INSERT INTO item VALUES (1, 99, 1, 1)");
    hold();
    DatabaseException violated =
        catchThrowableOfType(DatabaseException.class, () -> handle(complete("item", 1)));
    assertThat(violated)
        .hasMessage(
            "building constraint item_pkey on table public.item: unique constraint item_pkey is"
                + " violated on public.item (SQLSTATE 23505)");
    assertThat(ask(migration.target, BUILDING)).isEqualTo("0");
    assertThat(ask(migration.target, INDEXES)).doesNotContain("slow").doesNotContain("pkey");
    letGo();
    handle(rollBack("item", 2));
    assertThat(ask(migration.target, "SELECT count(*) FROM item")).isEqualTo("0");
  }

  @Test
  void withoutSessionsBesideOneBuildsAfterTheOther() throws Exception {
    filled(TABLE);
    worker.close();
    worker =
        new WorkerHandler(
            migration.access(),
            migration,
            QueueKeys.in(keys),
            new SessionSettings(4, Duration.ofSeconds(5)),
            BuildSettings.DEFAULT.withSessionsBeside(0));
    hold();
    CompletableFuture<Void> building = background();
    Awaitility.await()
        .during(Duration.ofMillis(500))
        .atMost(Duration.ofSeconds(30))
        .until(() -> ask(migration.target, BUILDING).equals("1"));
    letGo();
    building.get(30, TimeUnit.SECONDS);
    assertThat(ask(migration.target, INDEXES).split(" ")).hasSize(4);
  }

  @Test
  void aForeignKeyIsAddedFirstAndThenValidated() throws Exception {
    begin(
        """
        CREATE TABLE parent (id int PRIMARY KEY);
        CREATE TABLE child (parent int REFERENCES parent, late int);
        INSERT INTO parent SELECT generate_series(1, 5);
        INSERT INTO child SELECT n, n + 3 FROM generate_series(1, 5) n;
        ALTER TABLE child ADD CONSTRAINT child_late FOREIGN KEY (late) REFERENCES parent NOT VALID;
        """,
        "");
    moveAll(2);
    assertThat(
            ask(
                migration.target,
                "SELECT string_agg(conname || ' ' || convalidated, ', ' ORDER BY conname)"
                    + " FROM pg_constraint WHERE contype = 'f' AND conrelid = 'child'::regclass"))
        .isEqualTo("child_late false, child_parent_fkey true");
    assertThat(
            ask(
                migration.target,
                "SELECT count(*) FROM sensei_ledger.object WHERE kind LIKE 'foreign-keys%'"))
        .isEqualTo("3");
    handle(release());
    assertThat(
            CatalogComparison.compare(
                Migration.catalog(migration.source), Migration.catalog(migration.target)))
        .isEmpty();
  }

  private void filled(String sql) throws Exception {
    begin(sql, "");
    handle(prepareTarget());
    handle(prepareTable("item", 1, ExistingRows.REFUSE));
    handle(copy("item", 1, 0));
    handle(check("item", 1));
    assertThat(ask(migration.target, INDEXES)).isEmpty();
  }

  private CompletableFuture<Void> background() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                handle(complete("item", 1));
                done.complete(null);
              } catch (Exception failed) {
                done.completeExceptionally(failed);
              }
            });
    return done;
  }

  private void awaitBuilding(int sessions) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> ask(migration.target, BUILDING).equals(String.valueOf(sessions)));
  }

  /** Holds up whatever calls the function slow. */
  private void hold() throws SQLException {
    Connection session = migration.target.connect();
    holding = Optional.of(session);
    try (Statement statement = session.createStatement()) {
      statement.execute("SELECT pg_catalog.pg_advisory_lock(4711)");
    }
  }

  @AfterEach
  void letGo() throws SQLException {
    if (holding.isPresent()) {
      holding.get().close();
      holding = Optional.empty();
    }
  }
}
