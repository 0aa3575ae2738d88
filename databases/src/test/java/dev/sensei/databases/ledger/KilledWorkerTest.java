package dev.sensei.databases.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.databases.TableName;
import dev.sensei.databases.TwoDatabases;
import dev.sensei.databases.copy.CancelSignal;
import dev.sensei.databases.copy.ChunkBounds;
import dev.sensei.databases.copy.ChunkCopier;
import dev.sensei.databases.copy.CopyColumn;
import dev.sensei.databases.copy.CopyProgress;
import dev.sensei.databases.copy.CopySettings;
import dev.sensei.databases.copy.CopySpec;
import dev.sensei.platform.PostgresServer.Endpoint;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KilledWorkerTest {
  private static final TableName TABLE = new TableName("public", "t");
  private static final TableKey KEY = new TableKey("m", TABLE);

  /** One chunk in a process of its own. */
  static final class Worker {
    private Worker() {}

    public static void main(String[] args) throws SQLException {
      try (Connection source = connect("SOURCE");
          Connection target = connect("TARGET")) {
        System.out.println(copy(source, target));
      }
    }

    private static Connection connect(String side) throws SQLException {
      Map<String, String> environment = System.getenv();
      return DriverManager.getConnection(
          environment.get(side + "_URL"),
          environment.get(side + "_USER"),
          environment.get(side + "_PASSWORD"));
    }
  }

  private static CopyOutcome copy(Connection source, Connection target) {
    return new Ledger(LedgerSettings.DEFAULT)
        .copyOnce(
            target,
            new ChunkKey(KEY, 1, 0),
            1,
            "worker",
            (session, chunk) ->
                ChunkWork.Written.clean(
                    new ChunkCopier(CopySettings.DEFAULT)
                        .copy(
                            source,
                            session,
                            CopySpec.of(
                                TABLE,
                                TABLE,
                                List.of(CopyColumn.same("id"), CopyColumn.same("filler")),
                                chunk.bounds()),
                            CopyProgress.SILENT,
                            CancelSignal.NEVER)));
  }

  @ParameterizedTest
  @CsvSource({"mid-chunk=halt@3, 0", "after-chunk-commit=halt, 50000"})
  void aWorkerThatIsKilledLeavesAWholeChunkOrNone(String failpoint, String rowsLeft)
      throws Exception {
    TwoDatabases databases = TwoDatabases.fresh();
    databases.onBoth("CREATE TABLE t (id int, filler text)");
    databases.onSource("INSERT INTO t SELECT g, repeat('x', 50) FROM generate_series(1, 50000) g");
    Ledger ledger = new Ledger(LedgerSettings.DEFAULT);
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      ledger.install(target, "here", "m");
      ledger.claim(target, new TableClaim(KEY, "here", 0, 1, 0, true));
      ledger.storeBounds(target, KEY, 1, 1, List.of(ChunkBounds.WHOLE_TABLE));

      assertThat(runWorker(databases, failpoint)).isEqualTo(137);
      CopyOutcome again = copy(source, target);
      assertThat(again)
          .isInstanceOf(
              rowsLeft.equals("0") ? CopyOutcome.Copied.class : CopyOutcome.AlreadyCopied.class);
      assertThat(TwoDatabases.ask(target, "SELECT count(*) || ' ' || count(DISTINCT id) FROM t"))
          .isEqualTo("50000 50000");
    }
  }

  private static int runWorker(TwoDatabases databases, String failpoint) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Worker.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("SENSEI_FAILPOINTS", failpoint);
    put(builder, "SOURCE", databases.sourceEndpoint());
    put(builder, "TARGET", databases.targetEndpoint());
    Process process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private static void put(ProcessBuilder builder, String side, Endpoint endpoint) {
    builder.environment().put(side + "_URL", endpoint.jdbcUrl());
    builder.environment().put(side + "_USER", endpoint.user());
    builder.environment().put(side + "_PASSWORD", endpoint.password());
  }
}
