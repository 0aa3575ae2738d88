package dev.sensei.agents.validator;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.journal.ApprovedPlans;
import dev.sensei.agents.journal.Journal;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.certificate.CertificateDocument;
import dev.sensei.certificate.CertificateSigner;
import dev.sensei.certificate.CertificateVerdict;
import dev.sensei.certificate.SigningKey;
import dev.sensei.schemas.JournalHash;
import dev.sensei.schemas.JournalRecord;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.common.Verdict;
import dev.sensei.schemas.report.CertificateIssued;
import dev.sensei.schemas.task.CertifyMigration;
import java.time.Instant;
import java.util.List;

/**
 * Assembles the evidence from the journal, whose chain it checks record by record, and signs the
 * certificate. Nothing goes into a certificate that the journal does not hold.
 */
final class Certification {
  private static final int LISTED = 20;

  private final Journal journal;
  private final ApprovedPlans plans;
  private final SigningKey key;

  Certification(Journal journal, ApprovedPlans plans, SigningKey key) {
    this.journal = journal;
    this.plans = plans;
    this.key = key;
  }

  void certify(CertifyMigration task, TaskContext context) throws Exception {
    Evidence evidence = new Evidence();
    Chain chain = new Chain();
    journal.forEachUntil(
        task.getMigrationId(),
        "record " + task.getJournalSequence(),
        found -> {
          if (found.sequence() > task.getJournalSequence()) {
            return true;
          }
          // What stands behind a break is no evidence, may not be readable, and may never come.
          if (!chain.check(found)) {
            return true;
          }
          evidence.take(found);
          return found.sequence() == task.getJournalSequence();
        });
    chain.checkHead(task);
    List<TablePlan> tables = plans.plan(task.getMigrationId(), task.getPlanDigest()).tables();
    CertificateDocument document = evidence.document(task, tables, Instant.now());
    List<String> objections = evidence.objections(document, tables);
    if (!objections.isEmpty()) {
      // Not one that is tried again: the same records would be found wanting again.
      throw new TaskFailure(
          FailureClass.DATA,
          "NOT_CERTIFIABLE",
          "the journal does not bear a certificate out: "
              + String.join("; ", objections.stream().limit(LISTED).toList()));
    }
    String certificate = new CertificateSigner(key).sign(document);
    context.report(
        CertificateIssued.newBuilder()
            .setMigrationId(task.getMigrationId())
            .setTaskId(task.getTaskId())
            .setAttempt(task.getAttempt())
            .setAgent(context.agentName())
            .setVerdict(
                document.verdict() == CertificateVerdict.CERTIFIED
                    ? Verdict.CERTIFIED
                    : Verdict.CERTIFIED_WITH_EXCEPTIONS)
            .setCertificate(certificate)
            .setKeyId(key.keyId())
            .build());
  }

  /** The chain as it is read; the first break is kept. */
  private static final class Chain {
    private long sequence;
    private String hash = JournalHash.GENESIS;
    private String broken = "";

    /** Whether the chain holds up to this record. */
    boolean check(JournalRecord found) {
      if (broken.isEmpty()
          && (found.sequence() != sequence + 1
              || !found.previousHash().equals(hash)
              || !found.hash().equals(found.computedHash()))) {
        broken =
            "record %d at partition %d offset %d does not continue the chain after record %d"
                .formatted(found.sequence(), found.partition(), found.offset(), sequence);
      }
      sequence = found.sequence();
      hash = found.hash();
      return broken.isEmpty();
    }

    void checkHead(CertifyMigration task) throws TaskFailure {
      if (broken.isEmpty()
          && (sequence != task.getJournalSequence() || !hash.equals(task.getJournalHead()))) {
        broken =
            "the journal ends at record %d, expected record %d"
                .formatted(sequence, task.getJournalSequence());
      }
      if (!broken.isEmpty()) {
        throw new TaskFailure(
            FailureClass.CONFIGURATION,
            "JOURNAL_BROKEN",
            "nothing is certified on a journal that was changed: " + broken);
      }
    }
  }
}
