package dev.sensei.cli.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(ProofServers.Extension.class)
final class KillAndResumeTest {
  private static final long SHORT_ROWS = 120_000;
  private static final long LONG_ROWS = 1_000_000;

  @TempDir Path directory;

  /** The long form is killed at the other places too. */
  @Test
  void aMigrationKilledThreeTimesFinishesOnTheFourthStart(ProofServers servers) throws Exception {
    ProofDatabase source = servers.source("short_source", Orders.tables(SHORT_ROWS));
    ProofDatabase target = servers.target("short_target");
    KilledMigration migration = new KilledMigration(directory, servers, source, target, 3_000);

    String id = KilledMigration.madeBy(migration.killAt("mid-chunk=halt@4"));
    KilledMigration.assertMadeNone(migration.killAt("before-report=halt@6"));
    KilledMigration.assertMadeNone(migration.killAt("mid-index-build=halt@6"));
    assertThat(target.indexes()).hasSizeBetween(1, source.indexes().size() - 1);
    assertThat(KilledMigration.resumedBy(migration.finish())).isEqualTo(id);

    System.out.println("Ready after each start, in ms: " + migration.readyMillis());
    migration.assertMoved();
    migration.assertEveryChunkOnce(id);
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "after-claim=halt@4",
        "mid-chunk=halt@30",
        "after-chunk-commit=halt@5",
        "before-report=halt@8",
        "after-report=halt@8",
        "mid-index-build=halt@4"
      })
  void aMillionRowsKilledOnceFinishOnTheSecondStart(String failpoint, ProofServers servers)
      throws Exception {
    ProofDatabase source = longSource(servers);
    ProofDatabase target = servers.target("long_" + failpoint.replaceAll("[^a-z]", "_"));
    KilledMigration migration = new KilledMigration(directory, servers, source, target, 50_000);

    String id = KilledMigration.madeBy(migration.killAt(failpoint));
    assertThat(KilledMigration.resumedBy(migration.finish())).isEqualTo(id);

    System.out.println("Ready after each start, in ms: " + migration.readyMillis());
    migration.assertMoved();
    migration.assertEveryChunkOnce(id);
  }

  /** Made once, for all failpoints. */
  private static ProofDatabase longSource(ProofServers servers) throws SQLException {
    ProofDatabase known = servers.source("long_source", List.of());
    return known.contents().isEmpty()
        ? servers.source("long_source", Orders.tables(LONG_ROWS))
        : known;
  }
}
