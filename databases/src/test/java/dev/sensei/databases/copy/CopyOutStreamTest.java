package dev.sensei.databases.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.databases.CutConnection;
import dev.sensei.databases.TableName;
import dev.sensei.databases.TwoDatabases;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorClass;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What may come between the rows of a COPY, and in the middle of one. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CopyOutStreamTest {
  private static final TableName TABLE = new TableName("public", "t");
  private static final int ROWS = 20_000;

  private final ChunkCopier copier = new ChunkCopier(CopySettings.DEFAULT);
  private TwoDatabases databases;

  @BeforeEach
  void makeTables() throws SQLException {
    databases = TwoDatabases.fresh();
    databases.onBoth("CREATE TABLE t (id int, filler text)");
    databases.onSource(
        "INSERT INTO t SELECT g, repeat('x', 100) FROM generate_series(1, %d) g".formatted(ROWS),
        "CREATE FUNCTION noisy(n int) RETURNS int LANGUAGE plpgsql AS"
            + " $$ BEGIN IF n % 700 < 2 THEN RAISE NOTICE 'here'; END IF; RETURN n; END $$");
  }

  private static CopySpec spec(String id) {
    return CopySpec.of(
        TABLE,
        TABLE,
        List.of(CopyColumn.computed(id, "id"), CopyColumn.same("filler")),
        ChunkBounds.WHOLE_TABLE);
  }

  @Test
  void noticesBetweenRowsAreNoRows() throws SQLException {
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      ChunkResult copied =
          copier.copy(source, target, spec("noisy(id)"), CopyProgress.SILENT, CancelSignal.NEVER);
      assertThat(copied.rows()).isEqualTo(ROWS);
      assertThat((Object) source.getWarnings()).as("notices did come").isNotNull();
    }
    String content = "SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM t";
    assertThat(databases.askTarget(content)).isEqualTo(databases.askSource(content));
  }

  @ParameterizedTest
  @ValueSource(longs = {200_000, 200_037, 1_000_019})
  void aConnectionThatIsLostInTheMiddleOfARowEndsTheCopy(long bytes) throws Exception {
    try (CutConnection cut = new CutConnection(databases.sourceEndpoint(), bytes);
        Connection source = cut.endpoint().connect();
        Connection target = databases.target()) {
      target.setAutoCommit(false);
      assertThatThrownBy(
              () ->
                  copier.copy(source, target, spec("id"), CopyProgress.SILENT, CancelSignal.NEVER))
          .isInstanceOfSatisfying(
              DatabaseException.class,
              lost -> assertThat(lost.errorClass()).isEqualTo(ErrorClass.TRANSIENT));
      target.rollback();
      assertThat(source.isClosed()).isTrue();
      assertThat(TwoDatabases.ask(target, "SELECT count(*) FROM t")).isEqualTo("0");
    }
  }

  @Test
  void aConnectionThatIsLostEndsTheSearchForFaultyRowsToo() throws Exception {
    try (CutConnection cut = new CutConnection(databases.sourceEndpoint(), 300_011);
        Connection source = cut.endpoint().connect();
        Connection target = databases.target()) {
      target.setAutoCommit(false);
      assertThatThrownBy(
              () ->
                  new DataErrorBisection(BisectionSettings.DEFAULT)
                      .copyAround(source, target, spec("id"), CancelSignal.NEVER))
          .isInstanceOf(DatabaseException.class);
      target.rollback();
    }
  }
}
