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

  @Test
  void aMigrationKilledThreeTimesFinishesOnTheFourthStart(ProofServers servers) throws Exception {
    finishesAfter("three", List.of("after-claim=halt@3", "after-chunk-commit=halt@5"), servers);
  }

  @Tag("long")
  @Test
  void aMigrationKilledFiveTimesFinishesOnTheSixthStart(ProofServers servers) throws Exception {
    finishesAfter(
        "five",
        List.of(
            "after-claim=halt@3",
            "mid-chunk=halt@4",
            "after-chunk-commit=halt@5",
            "before-report=halt@6"),
        servers);
  }

  /** Kills it at these, and then while indexes are built. */
  private void finishesAfter(String name, List<String> failpoints, ProofServers servers)
      throws Exception {
    ProofDatabase source = servers.source(name + "_source", Orders.tables(SHORT_ROWS));
    ProofDatabase target = servers.target(name + "_target");
    KilledMigration migration = new KilledMigration(directory, servers, source, target, 3_000);

    String id = KilledMigration.madeBy(migration.killAt(failpoints.getFirst()));
    for (String failpoint : failpoints.subList(1, failpoints.size())) {
      KilledMigration.assertMadeNone(migration.killAt(failpoint));
    }
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
