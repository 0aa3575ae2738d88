package dev.sensei.agents.validator;

import static dev.sensei.agents.testing.Migration.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.testing.Migration;
import dev.sensei.certificate.CertificateVerifier;
import dev.sensei.certificate.SigningKey;
import dev.sensei.certificate.Verification;
import dev.sensei.certificate.VerificationKey;
import dev.sensei.databases.catalog.CatalogJson;
import dev.sensei.schemas.JournalHash;
import dev.sensei.schemas.JournalRecord;
import dev.sensei.schemas.common.Failure;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.common.Milestone;
import dev.sensei.schemas.common.RowDeviation;
import dev.sensei.schemas.common.SnapshotEvidence;
import dev.sensei.schemas.common.TableErrors;
import dev.sensei.schemas.common.TableEvidence;
import dev.sensei.schemas.common.TableRunState;
import dev.sensei.schemas.common.Verdict;
import dev.sensei.schemas.event.AnalysisCompleted;
import dev.sensei.schemas.event.CatalogDescribed;
import dev.sensei.schemas.event.ErrorsResolved;
import dev.sensei.schemas.event.ExceptionsAccepted;
import dev.sensei.schemas.event.ExecutionStarted;
import dev.sensei.schemas.event.MilestoneReached;
import dev.sensei.schemas.event.PlanApproved;
import dev.sensei.schemas.event.SnapshotExported;
import dev.sensei.schemas.event.TableChecked;
import dev.sensei.schemas.event.TableMoved;
import dev.sensei.schemas.event.TablePrepared;
import dev.sensei.schemas.event.ValidationStarted;
import dev.sensei.schemas.report.CertificateIssued;
import dev.sensei.schemas.report.TableValidated;
import dev.sensei.schemas.task.CertifyMigration;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which journals the Validator signs a certificate on. */
class CertificationTest {
  @TempDir private Path keys;
  private MovedShop shop;
  private Migration migration;

  @BeforeEach
  void move() throws Exception {
    shop = new MovedShop(SigningKey.openOrCreate(keys));
    migration = shop.migration;
  }

  @AfterEach
  void close() {
    shop.close();
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
    shop.journal(
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
    shop.journal(
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
    shop.journal(
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
    shop.journal(ValidationStarted.newBuilder().setMigrationId("m").setReason("retried").build());
    assertThat(catchThrowableOfType(TaskFailure.class, this::certify).failure().getMessage())
        .contains("does not hold the validation of");
    shop.journal(
        ExecutionStarted.newBuilder().setMigrationId("m").setPlanDigest(migration.digest).build());
    assertThat(catchThrowableOfType(TaskFailure.class, this::certify).failure().getMessage())
        .contains("does not hold the preparation of");
  }

  /** A rule changed rows of a table: somebody has to accept that. */
  private void changedByARule() throws Exception {
    TableValidated read = shop.validate("team");
    shop.journal(
        dev.sensei.schemas.event.TableValidated.newBuilder()
            .setMigrationId("m")
            .setTable(read.getTable())
            .setTableIndex(read.getTableIndex())
            .setEpoch(1)
            .setOutcome(read.getOutcome())
            .setEvidence(
                TableEvidence.newBuilder(read.getEvidence())
                    .setDeviations(List.of(new RowDeviation("truncate", "name", 1L)))
                    .build())
            .build());
  }

  private void accepted() {
    shop.journal(new ExceptionsAccepted("m", migration.digest, "a person"));
  }

  private void isAccepted(boolean accepted) throws Exception {
    if (accepted) {
      certify();
    } else {
      assertThat(catchThrowableOfType(TaskFailure.class, this::certify).failure().getMessage())
          .contains("nobody accepted");
    }
  }

  @Test
  void anAcceptanceIsVoidOnceRowsWaitAndNotWhereATableIsMadeAgainWithoutFaults() throws Exception {
    journalOfASoundRun();
    changedByARule();
    isAccepted(false);
    accepted();
    isAccepted(true);
    // Three rows were set aside in a run that was taken back for it.
    JournalRecord team =
        migration.records.stream()
            .filter(record -> record.event() instanceof TableChecked)
            .findFirst()
            .orElseThrow();
    TableChecked clean = (TableChecked) team.event();
    shop.journal(TableChecked.newBuilder(clean).setSetAside(3).build());
    shop.journal(clean);
    isAccepted(true);
    shop.journal(new MilestoneReached("m", Milestone.ERRORS_OPEN));
    isAccepted(false);
    accepted();
    isAccepted(true);
  }

  @Test
  void anAcceptanceThatCameBeforeACorrectionIsVoid() throws Exception {
    journalOfASoundRun();
    changedByARule();
    accepted();
    TableErrors corrected =
        new TableErrors(migration.table("team").index(), "public.team", 0L, 0L, 0L, 1L, 0L, 0L);
    shop.journal(new ErrorsResolved("m", List.of(corrected)));
    assertThat(catchThrowableOfType(TaskFailure.class, this::certify).failure().getMessage())
        .contains("nobody accepted");
    accepted();
    shop.journal(new ErrorsResolved("m", List.of(corrected)));
    assertThat(catchThrowableOfType(TaskFailure.class, this::certify).failure().getMessage())
        .doesNotContain("nobody accepted")
        .contains("of the rows of public.team that were set aside, the journal has");
  }

  private void ran(TablePlan table, int epoch) {
    shop.journal(
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
    shop.journal(
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
      shop.journal(
          CatalogDescribed.newBuilder()
              .setMigrationId("m")
              .setAttempt(1)
              .setAnalysis(1)
              .setSide(side)
              .setDefinition(
                  CatalogJson.write(Migration.catalog(migration.source).withTables(List.of())))
              .build());
    }
    shop.journal(
        AnalysisCompleted.newBuilder()
            .setMigrationId("m")
            .setAttempt(1)
            .setAnalysis(1)
            .setTables(3)
            .setRowEstimate(0)
            .setByteEstimate(0)
            .setCatalogDigest(migration.plan.catalogDigest())
            .build());
    shop.journal(migration.completed());
    shop.journal(
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
      TableValidated read = shop.validate(table.source().name());
      shop.journal(
          dev.sensei.schemas.event.TableValidated.newBuilder()
              .setMigrationId("m")
              .setTable(read.getTable())
              .setTableIndex(read.getTableIndex())
              .setEpoch(1)
              .setOutcome(read.getOutcome())
              .setEvidence(read.getEvidence())
              .build());
    }
    shop.journal(
        dev.sensei.schemas.event.ReferencesValidated.newBuilder()
            .setMigrationId("m")
            .setResult(shop.references().getResult())
            .build());
    shop.journal(
        dev.sensei.schemas.event.LedgerReconciled.newBuilder()
            .setMigrationId("m")
            .setChunks(0)
            .setRows(0)
            .setDigest("0".repeat(64))
            .setDiscrepancies(List.of())
            .build());
    shop.journal(
        dev.sensei.schemas.event.StructureValidated.newBuilder()
            .setMigrationId("m")
            .setResult(shop.structure().getResult())
            .build());
  }

  private void certify() throws Exception {
    JournalRecord head = migration.records.getLast();
    certify(head.sequence(), head.hash());
  }

  private void certify(long journalSequence, String journalHead) throws Exception {
    CertifyMigration task = shop.filled(new CertifyMigration());
    MovedShop.put(task, "installation", "here");
    MovedShop.put(task, "journalSequence", journalSequence);
    MovedShop.put(task, "journalHead", journalHead);
    shop.validator.handle(task, migration);
  }
}
