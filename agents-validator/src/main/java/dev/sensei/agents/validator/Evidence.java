package dev.sensei.agents.validator;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.certificate.CertificateDocument;
import dev.sensei.certificate.CertificateDocument.Approval;
import dev.sensei.certificate.CertificateDocument.Coverage;
import dev.sensei.certificate.CertificateDocument.Database;
import dev.sensei.certificate.CertificateDocument.Exemption;
import dev.sensei.certificate.CertificateDocument.JournalHead;
import dev.sensei.certificate.CertificateDocument.Ledger;
import dev.sensei.certificate.CertificateDocument.Snapshot;
import dev.sensei.certificate.CertificateVerdict;
import dev.sensei.certificate.PerspectiveEvidence;
import dev.sensei.certificate.Quarantine;
import dev.sensei.certificate.TableProof;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.CatalogJson;
import dev.sensei.schemas.JournalRecord;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.common.Milestone;
import dev.sensei.schemas.common.Outcome;
import dev.sensei.schemas.common.PerspectiveResult;
import dev.sensei.schemas.common.TableRunState;
import dev.sensei.schemas.event.AnalysisCompleted;
import dev.sensei.schemas.event.CatalogDescribed;
import dev.sensei.schemas.event.ExceptionsAccepted;
import dev.sensei.schemas.event.ExecutionStarted;
import dev.sensei.schemas.event.LedgerReconciled;
import dev.sensei.schemas.event.MilestoneReached;
import dev.sensei.schemas.event.PlanApproved;
import dev.sensei.schemas.event.PlanCompleted;
import dev.sensei.schemas.event.PlanningStarted;
import dev.sensei.schemas.event.ReferencesValidated;
import dev.sensei.schemas.event.SnapshotExported;
import dev.sensei.schemas.event.StructureValidated;
import dev.sensei.schemas.event.TableChecked;
import dev.sensei.schemas.event.TableMoved;
import dev.sensei.schemas.event.TablePrepared;
import dev.sensei.schemas.event.TableValidated;
import dev.sensei.schemas.event.ValidationStarted;
import dev.sensei.schemas.task.CertifyMigration;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What a certificate needs of the journal, taken record by record; the last word on a thing holds.
 */
final class Evidence {
  private static final String NOT_BUILT = "not built yet";

  private final List<Approval> approvals = new ArrayList<>();
  private final List<Snapshot> snapshots = new ArrayList<>();
  private final Map<Integer, TableChecked> checked = new HashMap<>();
  private final Map<Integer, TablePrepared> prepared = new HashMap<>();
  private final Map<Integer, TableValidated> validated = new HashMap<>();
  private final Map<String, Catalog> catalogs = new HashMap<>();
  private final Set<Integer> done = new HashSet<>();
  private final List<Exemption> deviations = new ArrayList<>();
  private final Set<String> accepted = new HashSet<>();
  private final ToldErrors errors = new ToldErrors();
  private Optional<AnalysisCompleted> analysis = Optional.empty();
  private Optional<PlanCompleted> plan = Optional.empty();
  private Optional<PerspectiveResult> references = Optional.empty();
  private Optional<PerspectiveResult> structure = Optional.empty();
  private Optional<LedgerReconciled> ledger = Optional.empty();

  void take(JournalRecord found) {
    long corrected = errors.corrected();
    errors.take(found);
    if (errors.corrected() > corrected) {
      // What a correction makes of a row is known to nobody who accepted before.
      accepted.clear();
    }
    switch (found.event()) {
      case CatalogDescribed event ->
          catalogs.put(event.getSide(), CatalogJson.readCatalog(event.getDefinition()));
      case AnalysisCompleted event -> analysis = Optional.of(event);
      case PlanCompleted event -> plan = Optional.of(event);
      case PlanApproved event ->
          approved(
              new Approval(
                  event.getApprover(),
                  found.time(),
                  event.getPlanDigest(),
                  event.getExceptionsAccepted()));
      case ExceptionsAccepted event ->
          approved(new Approval(event.getApprover(), found.time(), event.getPlanDigest(), true));
      case PlanningStarted event -> startOver();
      case ExecutionStarted event -> startOver();
      case ValidationStarted event -> validateAgain();
      case SnapshotExported event -> snapshot(event);
      case TableMoved event -> {
        if (event.getTo() == TableRunState.DONE) {
          done.add(event.getTableIndex());
        } else {
          done.remove(event.getTableIndex());
        }
      }
      case TablePrepared event -> prepared.put(event.getTableIndex(), event);
      case TableChecked event -> checked.put(event.getTableIndex(), event);
      case MilestoneReached event -> {
        if (event.getMilestone() == Milestone.ERRORS_OPEN) {
          // Who accepted before could not know of these rows.
          accepted.clear();
        }
      }
      case TableValidated event -> validated.put(event.getTableIndex(), event);
      case ReferencesValidated event -> references = Optional.of(event.getResult());
      case StructureValidated event -> structure = Optional.of(event.getResult());
      case LedgerReconciled event -> ledger = Optional.of(event);
      default -> {
        // Every other event tells how it came about, not what came of it.
      }
    }
  }

  /** Tables are numbered by their plan, and run from the beginning; what was, is of no account. */
  private void startOver() {
    prepared.clear();
    checked.clear();
    done.clear();
    deviations.clear();
    ledger = Optional.empty();
    validateAgain();
  }

  private void validateAgain() {
    validated.clear();
    references = Optional.empty();
    structure = Optional.empty();
  }

  private void approved(Approval approval) {
    approvals.add(approval);
    if (approval.exceptionsAccepted()) {
      accepted.add(approval.planDigest());
    }
  }

  private void snapshot(SnapshotExported event) {
    snapshots.add(
        new Snapshot(
            event.getNumber(),
            event.getSnapshot().getPosition(),
            event.getSnapshot().getVisibility(),
            event.getSnapshot().getSystemIdentifier(),
            event.getSnapshot().getTimeline(),
            event.getSourceUnchanged()));
    if (!event.getSourceUnchanged() && !done.isEmpty()) {
      // Who accepted before could not know of it.
      accepted.clear();
      deviations.add(
          new Exemption(
              "snapshot",
              "snapshot " + event.getNumber(),
              "the source may have changed after %d tables were done: they and the others were not"
                      .formatted(done.size())
                  + " read at one moment",
              0));
    }
  }

  /**
   * The certificate that the evidence amounts to.
   *
   * @throws TaskFailure where the journal lacks something that a certificate has to say
   */
  CertificateDocument document(CertifyMigration task, List<TablePlan> tables, Instant now)
      throws TaskFailure {
    PlanCompleted approved = plan.orElseThrow(() -> missing("a plan"));
    List<TableProof> proofs = new ArrayList<>();
    for (TablePlan table : tables) {
      proofs.add(proof(table));
    }
    List<Exemption> exceptions =
        approved.getExceptions().stream()
            .map(
                exception ->
                    new Exemption(
                        exception.getKind(), exception.getObject(), exception.getReason(), 0))
            .toList();
    List<Exemption> deviating = deviating(tables);
    Quarantine quarantined = Quarantined.of(tables, validated, errors);
    LedgerReconciled reconciled = ledger.orElseThrow(() -> missing("a reconciled ledger"));
    List<PerspectiveEvidence> perspectives =
        List.of(
            evidence(PerspectiveEvidence.Perspective.STRUCTURAL, structure),
            notChecked(
                PerspectiveEvidence.Perspective.STATISTICAL, "fingerprints are " + NOT_BUILT),
            evidence(PerspectiveEvidence.Perspective.REFERENTIAL, references),
            notChecked(PerspectiveEvidence.Perspective.SEMANTIC, "business rules are " + NOT_BUILT),
            notChecked(
                PerspectiveEvidence.Perspective.BEHAVIORAL, "replay of queries is " + NOT_BUILT));
    return new CertificateDocument(
        CertificateDocument.FORMAT_VERSION,
        UUID.nameUUIDFromBytes(
                (task.getMigrationId() + "/" + task.getJournalHead())
                    .getBytes(StandardCharsets.UTF_8))
            .toString(),
        Instant.ofEpochMilli(now.toEpochMilli()),
        ToolVersion.current(),
        exceptions.isEmpty() && deviating.isEmpty() && quarantined.rows() == 0
            ? CertificateVerdict.CERTIFIED
            : CertificateVerdict.CERTIFIED_WITH_EXCEPTIONS,
        task.getMigrationId(),
        task.getInstallation(),
        database("source", task.getSource().getUri()),
        database("target", task.getTarget().getUri()),
        snapshots,
        task.getPlanDigest(),
        analysis.orElseThrow(() -> missing("an analysis")).getCatalogDigest(),
        approvals,
        perspectives,
        proofs,
        new Coverage(
            tables.size(), proofs.size(), proofs.stream().mapToLong(TableProof::sourceRows).sum()),
        deviating,
        exceptions,
        quarantined,
        new Ledger(reconciled.getChunks(), reconciled.getRows(), reconciled.getDigest()),
        new JournalHead(task.getJournalSequence(), task.getJournalHead()),
        perspectives.stream()
            .filter(evidence -> evidence.outcome() == PerspectiveEvidence.Outcome.NOT_CHECKED)
            .map(
                evidence ->
                    evidence.perspective().name().toLowerCase(Locale.ROOT) + ": " + evidence.note())
            .toList());
  }

  /** What is known of the migration as a whole, then rows that rules or corrections changed. */
  private List<Exemption> deviating(List<TablePlan> tables) {
    List<Exemption> all = new ArrayList<>(deviations);
    for (TablePlan table : tables) {
      Optional.ofNullable(validated.get(table.index()))
          .ifPresent(read -> all.addAll(Quarantined.deviations(table, read.getEvidence())));
    }
    return all;
  }

  /**
   * What stands against a certificate, one line each: it attests what was found equal, and nothing
   * that was not looked at. Accepted exceptions concern what is not carried; they excuse no failed
   * check.
   */
  List<String> objections(CertificateDocument document, List<TablePlan> tables) {
    List<String> found = new ArrayList<>(document.contradictions());
    for (TablePlan table : tables) {
      Optional.ofNullable(validated.get(table.index()))
          .map(read -> errors.objections(table, read.getEvidence().getSetAsideRows()))
          .ifPresent(found::addAll);
    }
    for (PerspectiveEvidence evidence : document.perspectives()) {
      boolean built =
          evidence.perspective() == PerspectiveEvidence.Perspective.STRUCTURAL
              || evidence.perspective() == PerspectiveEvidence.Perspective.REFERENTIAL;
      if (evidence.outcome() == PerspectiveEvidence.Outcome.FAILED
          || (built && evidence.outcome() == PerspectiveEvidence.Outcome.NOT_CHECKED)) {
        found.add(
            "the %s perspective is %s"
                .formatted(
                    evidence.perspective().name().toLowerCase(Locale.ROOT),
                    evidence.outcome().name().toLowerCase(Locale.ROOT)));
      }
    }
    validated.values().stream()
        .filter(read -> read.getOutcome() != Outcome.PASSED)
        .map(
            read ->
                "the validation of %s is %s"
                    .formatted(read.getTable(), read.getOutcome().name().toLowerCase(Locale.ROOT)))
        .forEach(found::add);
    ledger
        .filter(reconciled -> !reconciled.getDiscrepancies().isEmpty())
        .ifPresent(reconciled -> found.add("ledger and journal do not agree"));
    // Who skipped a row accepted that it is left out.
    boolean toAccept =
        !document.exceptionsAccepted().isEmpty()
            || !document.deviations().isEmpty()
            || document.quarantined().notDecided() > 0;
    if (toAccept && !accepted.contains(document.planDigest())) {
      found.add("nobody accepted the plan's exceptions and the deviations");
    }
    plan.filter(completed -> !completed.getPlanDigest().equals(document.planDigest()))
        .ifPresent(completed -> found.add("the last plan is another than the task names"));
    return found;
  }

  /** What was read of a table, prepared, settled and validated at one epoch, its last. */
  private TableProof proof(TablePlan table) throws TaskFailure {
    TablePrepared run = told(prepared, table, "the preparation of ");
    TableChecked settled = told(checked, table, "the settled ledger of ");
    TableValidated read = told(validated, table, "the validation of ");
    sameEpoch("the settled ledger of ", table, settled.getEpoch(), run.getEpoch());
    sameEpoch("the validation of ", table, read.getEpoch(), run.getEpoch());
    return new TableProof(
        table.source().toString(),
        table.target().toString(),
        read.getEvidence().getSourceRows(),
        read.getEvidence().getTargetRows(),
        read.getEvidence().getSourceDigest(),
        read.getEvidence().getTargetDigest(),
        read.getEvidence().getSql(),
        read.getEvidence().getSnapshot(),
        run.getChunks(),
        settled.getBytes(),
        settled.getDigest(),
        read.getEvidence().getOthersBefore(),
        read.getEvidence().getOthersNow());
  }

  private static <T> T told(Map<Integer, T> events, TablePlan table, String what)
      throws TaskFailure {
    return Optional.ofNullable(events.get(table.index()))
        .orElseThrow(() -> missing(what + table.source()));
  }

  private static void sameEpoch(String what, TablePlan table, int found, int expected)
      throws TaskFailure {
    if (found != expected) {
      throw missing(
          "%s%s at epoch %d, only at %d".formatted(what, table.source(), expected, found));
    }
  }

  private Database database(String side, String uri) throws TaskFailure {
    Catalog catalog =
        Optional.ofNullable(catalogs.get(side))
            .orElseThrow(() -> missing("the catalog of the " + side));
    return new Database(
        uri, catalog.database().systemIdentifier().orElse(""), catalog.database().serverVersion());
  }

  private static PerspectiveEvidence evidence(
      PerspectiveEvidence.Perspective perspective, Optional<PerspectiveResult> result) {
    return result
        .filter(found -> found.getOutcome() != Outcome.UNKNOWN)
        .map(
            found ->
                new PerspectiveEvidence(
                    perspective,
                    switch (found.getOutcome()) {
                      case PASSED -> PerspectiveEvidence.Outcome.PASSED;
                      case FAILED -> PerspectiveEvidence.Outcome.FAILED;
                      case NOT_CHECKED, UNKNOWN -> PerspectiveEvidence.Outcome.NOT_CHECKED;
                    },
                    found.getChecked(),
                    found.getPassed(),
                    found.getDifferences(),
                    found.getNote()))
        .orElseGet(() -> notChecked(perspective, "the journal holds no result"));
  }

  private static PerspectiveEvidence notChecked(
      PerspectiveEvidence.Perspective perspective, String note) {
    return new PerspectiveEvidence(
        perspective, PerspectiveEvidence.Outcome.NOT_CHECKED, 0, 0, List.of(), note);
  }

  private static TaskFailure missing(String what) {
    return new TaskFailure(
        FailureClass.DATA,
        "EVIDENCE_MISSING",
        "nothing is certified: the journal does not hold " + what);
  }
}
