package dev.sensei.agents.validator;

import static dev.sensei.agents.validator.Migration.reference;
import static dev.sensei.agents.validator.Migration.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.certificate.CertificateVerifier;
import dev.sensei.certificate.SigningKey;
import dev.sensei.certificate.Verification;
import dev.sensei.certificate.VerificationKey;
import dev.sensei.databases.catalog.CatalogJson;
import dev.sensei.databases.copy.ChunkBounds;
import dev.sensei.databases.copy.ChunkResult;
import dev.sensei.databases.copy.TransportDigest;
import dev.sensei.databases.ledger.ChunkKey;
import dev.sensei.databases.ledger.ChunkWork;
import dev.sensei.databases.ledger.Ledger;
import dev.sensei.databases.ledger.LedgerMarks;
import dev.sensei.databases.ledger.LedgerSettings;
import dev.sensei.databases.ledger.TableClaim;
import dev.sensei.databases.ledger.TableKey;
import dev.sensei.databases.snapshot.SnapshotKeeper;
import dev.sensei.databases.snapshot.SnapshotSettings;
import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresSettings;
import dev.sensei.schemas.JournalHash;
import dev.sensei.schemas.JournalRecord;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.common.ChunkEvidence;
import dev.sensei.schemas.common.Failure;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.common.Outcome;
import dev.sensei.schemas.common.SnapshotEvidence;
import dev.sensei.schemas.common.TableRunState;
import dev.sensei.schemas.common.TaskKind;
import dev.sensei.schemas.common.Verdict;
import dev.sensei.schemas.event.AnalysisCompleted;
import dev.sensei.schemas.event.CatalogDescribed;
import dev.sensei.schemas.event.ChunkCopied;
import dev.sensei.schemas.event.ExecutionStarted;
import dev.sensei.schemas.event.PlanApproved;
import dev.sensei.schemas.event.SnapshotExported;
import dev.sensei.schemas.event.TableChecked;
import dev.sensei.schemas.event.TableMoved;
import dev.sensei.schemas.event.TablePrepared;
import dev.sensei.schemas.event.TaskIssued;
import dev.sensei.schemas.event.ValidationStarted;
import dev.sensei.schemas.report.CertificateIssued;
import dev.sensei.schemas.report.LedgerReconciled;
import dev.sensei.schemas.report.ReferencesValidated;
import dev.sensei.schemas.report.StructureValidated;
import dev.sensei.schemas.report.TableValidated;
import dev.sensei.schemas.task.CertifyMigration;
import dev.sensei.schemas.task.ReconcileLedger;
import dev.sensei.schemas.task.ValidateReferences;
import dev.sensei.schemas.task.ValidateStructure;
import dev.sensei.schemas.task.ValidateTable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ValidatorHandlerTest {
  private static final String SHOP =
      """
      CREATE TABLE team (id int PRIMARY KEY, name varchar(20));
      CREATE TABLE player (id serial PRIMARY KEY, team int REFERENCES team, score float8, at timestamptz);
      CREATE INDEX player_by_team ON player (team);
      CREATE TABLE bare ();
      """;
  private static final String ROWS =
      """
      INSERT INTO team SELECT n, 'canary' || n FROM generate_series(1, 10) n;
      INSERT INTO player (team, score, at) SELECT 1 + n % 10, n / 3.0, '2024-01-01'::timestamptz + n * interval '1 s'
        FROM generate_series(1, 3000) n;
      INSERT INTO bare SELECT FROM generate_series(1, 3);
      """;
  private static final ChunkResult COPIED = new ChunkResult(3000, 99, new TransportDigest(1, 2));

  private final Ledger ledger = new Ledger(LedgerSettings.DEFAULT);
  private Path keys;
  private SigningKey key;
  private PostgresServer server;
  private Migration migration;
  private ValidatorHandler validator;
  private SnapshotKeeper keeper;
  private int number;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    // It is what lets Avro see the records, from its first use on.
    Class.forName(RecordSerde.class.getName());
    server =
        PostgresServer.start(
            PostgresSettings.in(directory.resolve("postgres")).with("fsync", "off"));
    keys = Files.createDirectories(directory.resolve("keys"));
    key = SigningKey.openOrCreate(keys);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @BeforeEach
  void begin() throws Exception {
    number++;
    PostgresServer.Endpoint source = server.createDatabase("source" + number);
    PostgresServer.Endpoint target = server.createDatabase("target" + number);
    run(source, SHOP + ROWS);
    migration = new Migration(source, target, Map.of());
    run(target, SHOP + ROWS);
    keeper =
        SnapshotKeeper.open(
            source.connect(),
            migration.tables.stream().map(table -> table.source()).toList(),
            SnapshotSettings.DEFAULT);
    validator = new ValidatorHandler(migration.access(), migration, key);
  }

  @AfterEach
  void end() {
    keeper.close();
    validator.close();
  }

  @Test
  void equalDatabasesPassEveryPerspective() throws Exception {
    for (String table : List.of("team", "player", "bare")) {
      assertThat(validate(table).getOutcome()).isEqualTo(Outcome.PASSED);
    }
    assertThat(validate("bare").getEvidence().getSourceRows()).isEqualTo(3);
    assertThat(references().getResult().getOutcome()).isEqualTo(Outcome.PASSED);
    assertThat(structure().getResult().getDifferences()).isEmpty();
    assertThat(migration.reports.toString()).doesNotContain("canary");
  }

  @Test
  void aChangedAMissingAndAnExtraRowAreFoundAndNamedByHmac() throws Exception {
    run(migration.target, "UPDATE player SET score = score + 1e-9 WHERE id = 17");
    run(migration.target, "DELETE FROM player WHERE id = 18");
    run(migration.target, "INSERT INTO player (id, team) VALUES (9000, 1)");
    TableValidated found = validate("player");
    assertThat(found.getOutcome()).isEqualTo(Outcome.FAILED);
    assertThat(found.getEvidence().getDifferences())
        .hasSize(3)
        .anyMatch(line -> line.startsWith("changed "))
        .anyMatch(line -> line.startsWith("missing "))
        .anyMatch(line -> line.startsWith("unexpected "));
    run(migration.target, "INSERT INTO bare SELECT");
    assertThat(validate("bare").getOutcome()).isEqualTo(Outcome.FAILED);
  }

  @Test
  void rowsThatComeIntoTheSourceLaterAreNoDifference() throws Exception {
    run(migration.source, "INSERT INTO player (team) VALUES (1)");
    assertThat(validate("player").getOutcome()).isEqualTo(Outcome.PASSED);
  }

  @Test
  void anOrphanIsCountedAlsoWhereTheCatalogBelievesTheKey() throws Exception {
    run(migration.target, "SET session_replication_role = replica; DELETE FROM team WHERE id = 3");
    assertThat(references().getResult().getDifferences())
        .containsExactly(
            "foreign key player_team_fkey of public.player: 300 rows refer to nothing");
  }

  @Test
  void aSequenceHasToStandWhereTheSourcesDoesUnlessThatWentOn() throws Exception {
    run(migration.target, "SELECT setval('player_id_seq', 7)");
    assertThat(references().getResult().getDifferences())
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
    ReferencesValidated moved = references();
    assertThat(moved.getResult().getOutcome()).isEqualTo(Outcome.PASSED);
    assertThat(moved.getResult().getNote()).contains("of 1 sequences the source has gone on");
  }

  @Test
  void aMissingIndexAndALedgerLeftBehindAreFound() throws Exception {
    run(migration.target, "DROP INDEX player_by_team");
    try (Connection target = migration.target.connect()) {
      ledger.install(target, "here", "m");
    }
    assertThat(structure().getResult().getDifferences())
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
    journal(prepared(1));
    assertThat(reconcile()).anyMatch(line -> line.contains("in the ledger, not in the journal"));
    journal(copied(0, 2999));
    assertThat(reconcile()).anyMatch(line -> line.contains("other rows, bytes or digest"));
    journal(copied(0, 3000));
    assertThat(reconcile()).isEmpty();
    journal(copied(1, 5));
    assertThat(reconcile()).anyMatch(line -> line.contains("in the journal, not in the ledger"));
  }

  @Test
  void aSoundJournalIsSignedAndOneThatWasChangedIsNot() throws Exception {
    journalOfASoundRun();
    certify();
    String certificate = migration.last(CertificateIssued.class).getCertificate();
    VerificationKey publicKey = VerificationKey.read(SigningKey.publicFileIn(keys));
    assertThat(
            CertificateVerifier.verify(certificate.getBytes(StandardCharsets.US_ASCII), publicKey))
        .isInstanceOf(Verification.Valid.class);
    assertThat(certificate).doesNotContain("canary");

    JournalRecord record = migration.records.get(3);
    migration.records.set(
        3,
        new JournalRecord(
            record.migrationId(),
            record.sequence(),
            record.time().plusMillis(1),
            record.id(),
            record.causation(),
            record.previousHash(),
            record.hash(),
            JournalHash.of(
                record.sequence(),
                record.time().plusMillis(1),
                record.previousHash(),
                record.event()),
            record.event(),
            0,
            3));
    assertThat(catchThrowableOfType(TaskFailure.class, this::certify).failure().getMessage())
        .contains("record 4 at partition 0 offset 3");
  }

  @Test
  void aChainThatIsBrokenIsNotReadToAnEndThatMayNeverComeNorTriedAgain() throws Exception {
    journalOfASoundRun();
    JournalRecord head = migration.records.removeLast();
    migration.records.remove(3);
    assertThat(
            catchThrowableOfType(TaskFailure.class, () -> certify(head.sequence(), head.hash()))
                .failure())
        .returns("JOURNAL_BROKEN", Failure::getCode)
        .returns(FailureClass.CONFIGURATION, Failure::getFailureClass);
  }

  @Test
  void aJournalThatOnlyEndsTooShortIsNotCalledBroken() throws Exception {
    journalOfASoundRun();
    JournalRecord head = migration.records.removeLast();
    assertThatThrownBy(() -> certify(head.sequence(), head.hash()))
        .hasMessage("the journal does not have record " + head.sequence());
  }

  @Test
  void aFailedCheckIsNotCertified() throws Exception {
    run(migration.target, "DELETE FROM player WHERE id = 18");
    journalOfASoundRun();
    assertThat(catchThrowableOfType(TaskFailure.class, this::certify).failure())
        .returns("NOT_CERTIFIABLE", Failure::getCode)
        .returns(FailureClass.DATA, Failure::getFailureClass);
  }

  @Test
  void aSourceThatWentOnWhileTablesWereDoneIsADeviationThatAPersonHasToAccept() throws Exception {
    journalOfASoundRun();
    journal(
        TableMoved.newBuilder()
            .setMigrationId("m")
            .setTable("public.team")
            .setTableIndex(migration.table("team").index())
            .setEpoch(1)
            .setFrom(TableRunState.COMPLETING)
            .setTo(TableRunState.DONE)
            .setReason("")
            .setRestart(false)
            .build());
    journal(
        SnapshotExported.newBuilder()
            .setMigrationId("m")
            .setNumber(2)
            .setSnapshot(
                SnapshotEvidence.newBuilder()
                    .setSnapshotId("s")
                    .setPosition("0/1")
                    .setVisibility("1:1:")
                    .setSystemIdentifier("1")
                    .setTimeline(1)
                    .setServerVersion(180000)
                    .build())
            .setSourceUnchanged(false)
            .build());
    assertThat(catchThrowableOfType(TaskFailure.class, this::certify).failure().getMessage())
        .contains("nobody accepted");
    journal(
        PlanApproved.newBuilder()
            .setMigrationId("m")
            .setPlanDigest(migration.digest)
            .setApprover("a person")
            .setExceptionsAccepted(true)
            .build());
    certify();
    assertThat(migration.last(CertificateIssued.class).getVerdict())
        .isEqualTo(Verdict.CERTIFIED_WITH_EXCEPTIONS);
  }

  @Test
  void evidenceOfAnEarlierRunOrValidationIsNotCertified() throws Exception {
    journalOfASoundRun();
    ran(migration.table("player"), 2);
    assertThat(catchThrowableOfType(TaskFailure.class, this::certify).failure().getMessage())
        .contains("the validation of public.player at epoch 2, only at 1");
    journal(ValidationStarted.newBuilder().setMigrationId("m").setReason("retried").build());
    assertThat(catchThrowableOfType(TaskFailure.class, this::certify).failure().getMessage())
        .contains("does not hold the validation of");
    journal(
        ExecutionStarted.newBuilder().setMigrationId("m").setPlanDigest(migration.digest).build());
    assertThat(catchThrowableOfType(TaskFailure.class, this::certify).failure().getMessage())
        .contains("does not hold the preparation of");
  }

  private void ran(TablePlan table, int epoch) {
    journal(
        TablePrepared.newBuilder()
            .setMigrationId("m")
            .setTable(table.source().toString())
            .setTableIndex(table.index())
            .setEpoch(epoch)
            .setChunks(1)
            .setRowEstimate(0)
            .setRowsBefore(0)
            .setCreated(true)
            .build());
    journal(
        TableChecked.newBuilder()
            .setMigrationId("m")
            .setTable(table.source().toString())
            .setTableIndex(table.index())
            .setEpoch(epoch)
            .setRows(0)
            .setBytes(0)
            .setDigest("0".repeat(32))
            .setTargetRows(0)
            .setMissingChunks(List.of())
            .setBuilt(List.of())
            .build());
  }

  private void journalOfASoundRun() throws Exception {
    for (String side : List.of("source", "target")) {
      journal(
          CatalogDescribed.newBuilder()
              .setMigrationId("m")
              .setAttempt(1)
              .setAnalysis(1)
              .setSide(side)
              .setDefinition(
                  CatalogJson.write(Migration.catalog(migration.source).withTables(List.of())))
              .build());
    }
    journal(
        AnalysisCompleted.newBuilder()
            .setMigrationId("m")
            .setAttempt(1)
            .setAnalysis(1)
            .setTables(3)
            .setRowEstimate(0)
            .setByteEstimate(0)
            .setCatalogDigest(migration.plan.catalogDigest())
            .build());
    journal(migration.completed());
    journal(
        PlanApproved.newBuilder()
            .setMigrationId("m")
            .setPlanDigest(migration.digest)
            .setApprover("a person")
            .setExceptionsAccepted(false)
            .build());
    for (var table : migration.tables) {
      ran(table, 1);
    }
    for (var table : migration.tables) {
      TableValidated read = validate(table.source().name());
      journal(
          dev.sensei.schemas.event.TableValidated.newBuilder()
              .setMigrationId("m")
              .setTable(read.getTable())
              .setTableIndex(read.getTableIndex())
              .setEpoch(1)
              .setOutcome(read.getOutcome())
              .setEvidence(read.getEvidence())
              .build());
    }
    journal(
        dev.sensei.schemas.event.ReferencesValidated.newBuilder()
            .setMigrationId("m")
            .setResult(references().getResult())
            .build());
    journal(
        dev.sensei.schemas.event.LedgerReconciled.newBuilder()
            .setMigrationId("m")
            .setChunks(0)
            .setRows(0)
            .setDigest("0".repeat(64))
            .setDiscrepancies(List.of())
            .build());
    journal(
        dev.sensei.schemas.event.StructureValidated.newBuilder()
            .setMigrationId("m")
            .setResult(structure().getResult())
            .build());
  }

  private void certify() throws Exception {
    JournalRecord head = migration.records.getLast();
    certify(head.sequence(), head.hash());
  }

  private void certify(long journalSequence, String journalHead) throws Exception {
    CertifyMigration task = filled(new CertifyMigration());
    put(task, "installation", "here");
    put(task, "journalSequence", journalSequence);
    put(task, "journalHead", journalHead);
    validator.handle(task, migration);
  }

  private void journal(SpecificRecord event) {
    long sequence = migration.records.size() + 1L;
    Instant time = Instant.ofEpochMilli(1_000 * sequence);
    String previous =
        migration.records.isEmpty() ? JournalHash.GENESIS : migration.records.getLast().hash();
    String hash = JournalHash.of(sequence, time, previous, event);
    migration.records.add(
        new JournalRecord(
            "m",
            sequence,
            time,
            "r" + sequence,
            Optional.empty(),
            previous,
            hash,
            hash,
            event,
            0,
            sequence - 1));
  }

  private TablePrepared prepared(int chunks) {
    return TablePrepared.newBuilder()
        .setMigrationId("m")
        .setTable("public.player")
        .setTableIndex(migration.table("player").index())
        .setEpoch(1)
        .setChunks(chunks)
        .setRowEstimate(0)
        .setRowsBefore(0)
        .setCreated(true)
        .build();
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

  private TableValidated validate(String table) throws Exception {
    ValidateTable task = filled(new ValidateTable());
    put(task, "table", migration.table(table).source().toString());
    put(task, "tableIndex", migration.table(table).index());
    put(task, "epoch", 1);
    validator.handle(task, migration);
    return migration.last(TableValidated.class);
  }

  private ReferencesValidated references() throws Exception {
    validator.handle(filled(new ValidateReferences()), migration);
    return migration.last(ReferencesValidated.class);
  }

  private StructureValidated structure() throws Exception {
    validator.handle(filled(new ValidateStructure()), migration);
    return migration.last(StructureValidated.class);
  }

  private List<String> reconcile() throws Exception {
    journal(
        TaskIssued.newBuilder()
            .setMigrationId("m")
            .setTaskId("t")
            .setAttempt(1)
            .setKind(TaskKind.RECONCILE_LEDGER)
            .setTableIndex(-1)
            .setChunk(-1)
            .setEpoch(0)
            .build());
    validator.handle(filled(new ReconcileLedger()), migration);
    migration.records.removeLast();
    return migration.last(LedgerReconciled.class).getDiscrepancies();
  }

  private <T extends SpecificRecord> T filled(T task) {
    put(task, "migrationId", "m");
    put(task, "taskId", "t");
    put(task, "attempt", 1);
    put(task, "source", reference(migration.source));
    put(task, "target", reference(migration.target));
    put(task, "planDigest", migration.digest);
    put(task, "snapshot", 1);
    put(task, "snapshotId", keeper.snapshot().id());
    return task;
  }

  private static void put(SpecificRecord task, String field, Object value) {
    var found = task.getSchema().getField(field);
    if (found != null) {
      task.put(found.pos(), value);
    }
  }
}
