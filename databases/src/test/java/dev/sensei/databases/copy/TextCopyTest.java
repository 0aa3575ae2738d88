package dev.sensei.databases.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.databases.TableName;
import dev.sensei.databases.TwoDatabases;
import dev.sensei.databases.digest.CanonicalSession;
import dev.sensei.databases.errors.DatabaseException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** COPY's text format on the way that the binary one takes. */
class TextCopyTest {
  private static final TableName TABLE = new TableName("public", "t");

  private final ChunkCopier copier = new ChunkCopier(CopySettings.DEFAULT);

  private static CopySpec spec(String... columns) {
    List<CopyColumn> all = Stream.of(columns).map(CopyColumn::same).toList();
    return CopySpec.of(TABLE, TABLE, all, ChunkBounds.WHOLE_TABLE).in(CopyFormat.TEXT);
  }

  private ChunkResult copy(TwoDatabases databases, CopySpec spec) throws SQLException {
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      CanonicalSession.pin(source);
      target.setAutoCommit(false);
      ChunkResult result =
          copier.copy(source, target, spec, CopyProgress.SILENT, CancelSignal.NEVER);
      target.commit();
      return result;
    }
  }

  @Test
  void valuesArriveAsTheyWereWhateverTheServersSettingsAre() throws SQLException {
    TwoDatabases databases = TwoDatabases.fresh();
    databases.onBoth(
        "CREATE TABLE t (a text, b interval, c date, d timestamptz, e float8, f bytea, g money,"
            + " h text[], i xml, j aclitem, k \"char\")");
    databases.onSource(
        "ALTER DATABASE " + databases.sourceEndpoint().database() + " SET DateStyle = 'SQL, DMY'",
        "ALTER DATABASE "
            + databases.sourceEndpoint().database()
            + " SET IntervalStyle = 'sql_standard'",
        "ALTER DATABASE " + databases.sourceEndpoint().database() + " SET bytea_output = 'escape'",
        "ALTER DATABASE " + databases.sourceEndpoint().database() + " SET extra_float_digits = -15",
        "INSERT INTO t VALUES (E'tab\\there\\n"
            + "line\\r"
            + "\\\\.\\\\N', '-1 day +2:03', '2020-02-03', '0044-03-15 12:00+00 BC', 0.1 + 0.2,"
            + " '\\x00ff0a5c', '-12.34', ARRAY['NULL', NULL, 'a\"b,{}'], '<a>x</a>y', (current_user"
            + " || '=r/' || current_user)::aclitem, 'x'), ('\\.', 'P-1Y3DT-4H', 'infinity',"
            + " '-infinity', 'NaN', '', '0', '{}', NULL, NULL, ''), ('', '1 mon -1 day',"
            + " '-infinity', 'infinity', '-0', NULL, NULL, '[0:1]={a,b}', '', NULL, NULL)");
    databases.onTarget(
        "ALTER DATABASE " + databases.targetEndpoint().database() + " SET DateStyle = 'SQL, DMY'",
        "ALTER DATABASE "
            + databases.targetEndpoint().database()
            + " SET IntervalStyle = 'sql_standard'",
        "ALTER DATABASE " + databases.targetEndpoint().database() + " SET array_nulls = off",
        "ALTER DATABASE " + databases.targetEndpoint().database() + " SET xmloption = 'document'");

    ChunkResult result =
        copy(databases, spec("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"));

    String content = "SELECT string_agg(t::text, E'\\n' ORDER BY a) FROM t";
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      CanonicalSession.pin(source);
      CanonicalSession.pin(target);
      TwoDatabases.run(source, "SET search_path = public");
      TwoDatabases.run(target, "SET search_path = public");
      assertThat(TwoDatabases.ask(target, content)).isEqualTo(TwoDatabases.ask(source, content));
    }
    assertThat(result.rows()).isEqualTo(3);
  }

  @Test
  void aTableWithoutColumnsAndRowsWiderThanABufferArrive() throws SQLException {
    TwoDatabases databases = TwoDatabases.fresh();
    databases.onBoth("CREATE TABLE t ()");
    databases.onSource("INSERT INTO t SELECT FROM generate_series(1, 5)");
    assertThat(copy(databases, spec()).rows()).isEqualTo(5);
    assertThat(databases.askTarget("SELECT count(*) FROM t")).isEqualTo("5");

    databases.onBoth("ALTER TABLE t ADD a text, ADD b bytea", "TRUNCATE t");
    databases.onSource(
        "INSERT INTO t SELECT repeat(E'wide\\n', 500000), decode(repeat('0a', 300000), 'hex')"
            + " FROM generate_series(1, 3)");
    ChunkResult result = copy(databases, spec("a", "b"));
    assertThat(result.rows()).isEqualTo(3);
    assertThat(result.bytes()).isEqualTo(3 * (500_000L * 6 + 1 + 3 + 600_000 + 1));
    String content = "SELECT md5(string_agg(t::text, ',')) FROM t";
    assertThat(databases.askTarget(content)).isEqualTo(databases.askSource(content));
  }

  @Test
  void aCopyThatIsCancelledOrRefusedLeavesTheSourcesSessionUsable() throws SQLException {
    TwoDatabases databases = TwoDatabases.fresh();
    databases.onSource("CREATE TABLE t (a int)", "INSERT INTO t SELECT generate_series(1, 300000)");
    databases.onTarget("CREATE TABLE t (a int CONSTRAINT few CHECK (a < 299000))");
    AtomicLong polls = new AtomicLong();
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      source.setAutoCommit(false);
      target.setAutoCommit(false);
      assertThatThrownBy(
              () ->
                  copier.copy(
                      source,
                      target,
                      spec("a"),
                      CopyProgress.SILENT,
                      () -> polls.incrementAndGet() > 3))
          .isInstanceOf(CopyCancelled.class);
      target.rollback();
      assertThatThrownBy(
              () -> copier.copy(source, target, spec("a"), CopyProgress.SILENT, CancelSignal.NEVER))
          .isInstanceOfSatisfying(
              DatabaseException.class, e -> assertThat(e.constraint()).contains("few"));
      assertThat(TwoDatabases.ask(source, "SELECT count(*) FROM t")).isEqualTo("300000");
    }
  }
}
