package dev.sensei.databases.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.databases.TableName;
import dev.sensei.databases.TwoDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SnapshotKeeperTest {
  private static final TableName TABLE = new TableName("public", "t");
  private static final SnapshotSettings SHORT = new SnapshotSettings(Duration.ofMillis(100), 1);

  private TwoDatabases databases;

  @BeforeEach
  void makeTable() throws SQLException {
    databases = TwoDatabases.fresh();
    databases.onSource(
        "CREATE TABLE t AS SELECT g AS id FROM generate_series(1, 1000) g",
        "CREATE TABLE other (id int)");
  }

  private SnapshotKeeper keeper() throws SQLException {
    return SnapshotKeeper.open(databases.source(), List.of(TABLE), SnapshotSettings.DEFAULT);
  }

  @Test
  void everyReaderSeesTheSameRowsHoweverMuchIsWritten() throws SQLException {
    try (SnapshotKeeper keeper = keeper();
        Connection early = databases.source();
        Connection late = databases.source()) {
      SnapshotSession.adopt(early, keeper.snapshot());
      databases.onSource("UPDATE t SET id = id + 5000", "DELETE FROM t WHERE id % 2 = 0");
      SnapshotSession.adopt(late, keeper.snapshot());
      databases.onSource("INSERT INTO t SELECT generate_series(1, 77)");

      for (Connection reader : List.of(early, late)) {
        assertThat(TwoDatabases.ask(reader, "SELECT sum(id) || ' ' || count(*) FROM t"))
            .isEqualTo("500500 1000");
        assertThat(TwoDatabases.ask(reader, "SHOW transaction_read_only")).isEqualTo("on");
      }
      assertThat(databases.askSource("SELECT count(*) FROM t")).isEqualTo("577");
    }
  }

  @Test
  void itSaysWhatIdentifiesTheSnapshot() throws SQLException {
    try (SnapshotKeeper keeper = keeper()) {
      ExportedSnapshot snapshot = keeper.snapshot();
      assertThat(snapshot.serverVersion()).isGreaterThanOrEqualTo(180000);
      assertThat(snapshot.timeline()).isEqualTo(1);
      assertThat(snapshot.systemIdentifier())
          .contains(databases.askSource("SELECT system_identifier FROM pg_control_system()"));
      assertThat(snapshot.lsn()).matches("[0-9A-F]+/[0-9A-F]+");
      assertThat(snapshot.visibility()).matches("[0-9]+:[0-9]+:[0-9,]*");
    }
  }

  @Test
  void aTruncateHasToWaitUntilTheKeeperCloses() throws SQLException {
    try (SnapshotKeeper keeper = keeper()) {
      assertThat(keeper.snapshot().id()).isNotEmpty();
      assertThatThrownBy(() -> databases.onSource("SET lock_timeout = 100", "TRUNCATE t"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("lock timeout");
    }
    databases.onSource("SET lock_timeout = 100", "TRUNCATE t");
  }

  @Test
  void aTableThatIsLockedByAnotherIsNamedAfterTheWait() throws SQLException {
    try (Connection other = databases.source()) {
      other.setAutoCommit(false);
      TwoDatabases.run(other, "LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
      assertThatThrownBy(
              () -> SnapshotKeeper.open(databases.source(), List.of(TABLE), SHORT).close())
          .isInstanceOf(SnapshotLockTimeout.class)
          .hasMessageContaining("100 ms")
          .hasMessageContaining("public.t");
    }
  }

  @Test
  void itKnowsWhetherItLivesAndReadersLearnThatItDied() throws SQLException {
    try (SnapshotKeeper keeper = keeper();
        Connection reader = databases.source()) {
      assertThat(keeper.isAlive(5)).isTrue();
      databases.onSource(
          "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
              + " WHERE datname = current_database() AND state = 'idle in transaction'");
      assertThat(keeper.isAlive(5)).isFalse();
      assertThatThrownBy(() -> SnapshotSession.adopt(reader, keeper.snapshot()))
          .isInstanceOf(SnapshotLost.class);
    }
  }

  @Test
  void whatIsVisibleIsTheSameUntilSomethingIsCommitted() throws SQLException {
    try (SnapshotKeeper first = keeper();
        SnapshotKeeper second = keeper()) {
      assertThat(second.snapshot().visibility()).isEqualTo(first.snapshot().visibility());
      databases.onSource("DELETE FROM t WHERE id = 1");
      try (SnapshotKeeper third = keeper()) {
        assertThat(third.snapshot().visibility()).isNotEqualTo(first.snapshot().visibility());
      }
    }
  }

  @Test
  void aTransactionThatWasInProgressAndCommittedSinceIsSeenInWhatIsVisible() throws SQLException {
    try (Connection open = databases.source()) {
      open.setAutoCommit(false);
      TwoDatabases.run(open, "INSERT INTO t VALUES (9999)");
      databases.onSource("INSERT INTO other VALUES (1)");
      try (SnapshotKeeper first = keeper()) {
        open.commit();
        try (SnapshotKeeper second = keeper()) {
          String before = first.snapshot().visibility();
          String since = second.snapshot().visibility();
          assertThat(since.split(":", -1)[1]).isEqualTo(before.split(":", -1)[1]);
          assertThat(since).isNotEqualTo(before);
        }
      }
    }
  }
}
