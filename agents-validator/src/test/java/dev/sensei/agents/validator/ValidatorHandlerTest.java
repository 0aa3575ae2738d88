package dev.sensei.agents.validator;

import static dev.sensei.agents.testing.Migration.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.testing.Migration;
import dev.sensei.certificate.SigningKey;
import dev.sensei.databases.copy.ChunkBounds;
import dev.sensei.databases.copy.ChunkResult;
import dev.sensei.databases.copy.TransportDigest;
import dev.sensei.databases.digest.CanonicalSession;
import dev.sensei.databases.ledger.ChunkKey;
import dev.sensei.databases.ledger.ChunkWork;
import dev.sensei.databases.ledger.Ledger;
import dev.sensei.databases.ledger.LedgerMarks;
import dev.sensei.databases.ledger.LedgerSettings;
import dev.sensei.databases.ledger.StagedRows;
import dev.sensei.databases.ledger.Staging;
import dev.sensei.databases.ledger.TableClaim;
import dev.sensei.databases.ledger.TableKey;
import dev.sensei.platform.PostgresServer.Endpoint;
import dev.sensei.schemas.common.ChunkEvidence;
import dev.sensei.schemas.common.Outcome;
import dev.sensei.schemas.event.ChunkCopied;
import dev.sensei.schemas.report.ReferencesValidated;
import dev.sensei.schemas.report.TableValidated;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Validator finds in two databases, and in ledger and journal. */
class ValidatorHandlerTest {
  private static final ChunkResult COPIED = new ChunkResult(3000, 99, new TransportDigest(1, 2));

  private final Ledger ledger = new Ledger(LedgerSettings.DEFAULT);
  private MovedShop shop;
  private Migration migration;

  @BeforeEach
  void move(@TempDir Path keys) throws Exception {
    shop = new MovedShop(SigningKey.openOrCreate(keys));
    migration = shop.migration;
  }

  @AfterEach
  void close() {
    shop.close();
  }

  @Test
  void equalDatabasesPassEveryPerspective() throws Exception {
    for (String table : List.of("team", "player", "bare")) {
      assertThat(shop.validate(table).getOutcome()).isEqualTo(Outcome.PASSED);
    }
    assertThat(shop.validate("bare").getEvidence().getSourceRows()).isEqualTo(3);
    assertThat(shop.references().getResult().getOutcome()).isEqualTo(Outcome.PASSED);
    assertThat(shop.structure().getResult().getDifferences()).isEmpty();
    assertThat(migration.reports.toString()).doesNotContain("canary");
  }

  @Test
  void aChangedAMissingAndAnExtraRowAreFoundAndNamedByHmac() throws Exception {
    run(migration.target, "UPDATE player SET score = score + 1e-9 WHERE id = 17");
    run(migration.target, "DELETE FROM player WHERE id = 18");
    run(migration.target, "INSERT INTO player (id, team) VALUES (9000, 1)");
    TableValidated found = shop.validate("player");
    assertThat(found.getOutcome()).isEqualTo(Outcome.FAILED);
    assertThat(found.getEvidence().getDifferences())
        .hasSize(3)
        .anyMatch(line -> line.startsWith("changed "))
        .anyMatch(line -> line.startsWith("missing "))
        .anyMatch(line -> line.startsWith("unexpected "));
    run(migration.target, "INSERT INTO bare SELECT");
    assertThat(shop.validate("bare").getOutcome()).isEqualTo(Outcome.FAILED);
  }

  @Test
  void rowsAreHashedAsThePlanSaysAndByWhatTheEvidenceQuotes(@TempDir Path keys) throws Exception {
    assertThat(shop.validate("player").getEvidence().getSql()).contains("pg_catalog.sha256(");
    try (MovedShop fast = new MovedShop(SigningKey.openOrCreate(keys), Map.of("rowHash", "FAST"))) {
      TableValidated equal = fast.validate("player");
      assertThat(equal.getOutcome()).isEqualTo(Outcome.PASSED);
      String sql = equal.getEvidence().getSql();
      assertThat(sql).contains("pg_catalog.hashtextextended(");
      assertThat(fast.validate("player").getEvidence().getSql()).isNotEqualTo(sql);
      try (Connection target = fast.migration.target.connect();
          Statement statement = target.createStatement()) {
        CanonicalSession.pin(target);
        try (ResultSet row =
            statement.executeQuery(
                "SELECT rows || ':' || lane1 || ':' || lane2 FROM (" + sql + ") d")) {
          row.next();
          assertThat(row.getString(1)).isEqualTo(equal.getEvidence().getTargetDigest());
        }
      }
      run(fast.migration.target, "UPDATE player SET score = score + 1e-9 WHERE id = 17");
      TableValidated changed = fast.validate("player");
      assertThat(changed.getOutcome()).isEqualTo(Outcome.FAILED);
      assertThat(changed.getEvidence().getDifferences())
          .singleElement()
          .asString()
          .startsWith("changed ");
    }
  }

  @Test
  void rowsThatJoinedOthersAreComparedByThemselvesAndTheOthersWithWhatTheyWere(@TempDir Path keys)
      throws Exception {
    try (MovedShop joined =
        new MovedShop(SigningKey.openOrCreate(keys), Map.of("existingRows", "APPEND"))) {
      Endpoint target = joined.migration.target;
      run(target, "INSERT INTO team SELECT n, 'theirs' FROM generate_series(101, 107) n");
      TableKey team = new TableKey("m", joined.migration.table("team").target());
      TableClaim claim =
          new TableClaim(team, "here", joined.migration.table("team").index(), 1, 0, false);
      assertThatThrownBy(() -> joined.validate("team"))
          .isInstanceOf(TaskFailure.class)
          .hasMessageContaining("expected the target's ledger or the journal to tell");
      try (Connection session = target.connect()) {
        ledger.install(session, "here", "m");
        ledger.claimBeside(session, claim, List.of("id", "name"));
        String staging = Staging.tableOf("m", claim.tableIndex()).quoted();
        run(
            target,
            "INSERT INTO " + staging + " SELECT n, 'canary' || n FROM generate_series(1, 10) n");
        new StagedRows(LedgerSettings.DEFAULT).moveIn(session, team, 1, List.of("id", "name"));
      }
      TableValidated equal = joined.validate("team");
      assertThat(equal.getOutcome()).isEqualTo(Outcome.PASSED);
      assertThat(equal.getEvidence().getTargetRows()).isEqualTo(10);
      assertThat(equal.getEvidence().getOthersBefore()).startsWith("7:");
      assertThat(equal.getEvidence().getOthersNow())
          .isEqualTo(equal.getEvidence().getOthersBefore());

      // Somebody else's row is told, and is no difference; one of ours is.
      run(target, "INSERT INTO team VALUES (200, 'theirs')");
      TableValidated others = joined.validate("team");
      assertThat(others.getOutcome()).isEqualTo(Outcome.PASSED);
      assertThat(others.getEvidence().getOthersNow()).startsWith("8:");
      run(target, "UPDATE team SET name = 'changed' WHERE id = 3");
      assertThat(joined.validate("team").getEvidence().getDifferences())
          .singleElement()
          .asString()
          .startsWith("missing ");

      // Once the ledger is gone, what an earlier validation found is in the journal.
      joined.journal(
          dev.sensei.schemas.event.TableValidated.newBuilder()
              .setMigrationId("m")
              .setTable("public.team")
              .setTableIndex(claim.tableIndex())
              .setEpoch(1)
              .setOutcome(equal.getOutcome())
              .setEvidence(equal.getEvidence())
              .build());
      try (Connection session = target.connect()) {
        ledger.remove(session, "m");
      }
      assertThat(joined.validate("team").getEvidence().getOthersBefore())
          .isEqualTo(equal.getEvidence().getOthersBefore());
    }
  }

  @Test
  void rowsThatComeIntoTheSourceLaterAreNoDifference() throws Exception {
    run(migration.source, "INSERT INTO player (team) VALUES (1)");
    assertThat(shop.validate("player").getOutcome()).isEqualTo(Outcome.PASSED);
  }

  @Test
  void anOrphanIsCountedAlsoWhereTheCatalogBelievesTheKey() throws Exception {
    run(migration.target, "SET session_replication_role = replica; DELETE FROM team WHERE id = 3");
    assertThat(shop.references().getResult().getDifferences())
        .containsExactly(
            "foreign key player_team_fkey of public.player: 300 rows refer to nothing");
  }

  @Test
  void aSequenceHasToStandWhereTheSourcesDoesUnlessThatWentOn() throws Exception {
    run(migration.target, "SELECT setval('player_id_seq', 7)");
    assertThat(shop.references().getResult().getDifferences())
        .containsExactly("sequence public.player_id_seq stands elsewhere than in the source");
    try (Connection target = migration.target.connect()) {
      ledger.install(target, "here", "m");
      new LedgerMarks(LedgerSettings.DEFAULT)
          .setSequence(
              target,
              "m",
              migration.plan.sequences().getFirst(),
              new LedgerMarks.Position(3000, true));
    }
    run(migration.source, "SELECT nextval('player_id_seq')");
    ReferencesValidated moved = shop.references();
    assertThat(moved.getResult().getOutcome()).isEqualTo(Outcome.PASSED);
    assertThat(moved.getResult().getNote()).contains("of 1 sequences the source has gone on");
  }

  @Test
  void aMissingIndexAndALedgerLeftBehindAreFound() throws Exception {
    run(migration.target, "DROP INDEX player_by_team");
    try (Connection target = migration.target.connect()) {
      ledger.install(target, "here", "m");
    }
    assertThat(shop.structure().getResult().getDifferences())
        .anyMatch(line -> line.contains("player_by_team"))
        .anyMatch(line -> line.contains("sensei_ledger"));
  }

  @Test
  void ledgerAndJournalHaveToKnowTheSameChunks() throws Exception {
    TableKey player = new TableKey("m", migration.table("player").target());
    try (Connection target = migration.target.connect()) {
      ledger.install(target, "here", "m");
      ledger.claim(
          target, new TableClaim(player, "here", migration.table("player").index(), 1, 0, true));
      ledger.storeBounds(target, player, 1, 1, List.of(ChunkBounds.WHOLE_TABLE));
      ledger.copyOnce(
          target,
          new ChunkKey(player, 1, 0),
          1,
          "w",
          (session, chunk) -> ChunkWork.Written.clean(COPIED));
    }
    shop.journal(shop.prepared("player", 1));
    assertThat(shop.reconcile())
        .anyMatch(line -> line.contains("in the ledger, not in the journal"));
    shop.journal(copied(0, 2999));
    assertThat(shop.reconcile()).anyMatch(line -> line.contains("other rows, bytes or digest"));
    shop.journal(copied(0, 3000));
    assertThat(shop.reconcile()).isEmpty();
    run(migration.target, "UPDATE sensei_ledger.chunk SET set_aside = 2");
    assertThat(shop.reconcile()).anyMatch(line -> line.contains("other rows set aside or changed"));
    run(
        migration.target,
        "UPDATE sensei_ledger.chunk SET set_aside = 0, deviations = 'truncate:name=1'");
    assertThat(shop.reconcile()).anyMatch(line -> line.contains("other rows set aside or changed"));
    run(migration.target, "UPDATE sensei_ledger.chunk SET deviations = ''");
    shop.journal(copied(1, 5));
    assertThat(shop.reconcile())
        .anyMatch(line -> line.contains("in the journal, not in the ledger"));
  }

  private ChunkCopied copied(int chunk, long rows) {
    return ChunkCopied.newBuilder()
        .setMigrationId("m")
        .setTable("public.player")
        .setTableIndex(migration.table("player").index())
        .setEpoch(1)
        .setEvidence(
            ChunkEvidence.newBuilder()
                .setChunk(chunk)
                .setSnapshot(1)
                .setRows(rows)
                .setBytes(COPIED.bytes())
                .setDigest(COPIED.digest().toString())
                .setWorker("w")
                .setStartedAt(Instant.EPOCH)
                .setFinishedAt(Instant.EPOCH)
                .build())
        .build();
  }
}
