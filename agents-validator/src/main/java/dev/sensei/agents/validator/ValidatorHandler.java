package dev.sensei.agents.validator;

import dev.sensei.agents.AgentTools;
import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.TaskHandler;
import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.agents.journal.ApprovedPlans;
import dev.sensei.agents.journal.Journal;
import dev.sensei.certificate.SigningKey;
import dev.sensei.databases.snapshot.SnapshotLost;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.task.CertifyMigration;
import dev.sensei.schemas.task.ReconcileLedger;
import dev.sensei.schemas.task.ValidateGroup;
import dev.sensei.schemas.task.ValidateReferences;
import dev.sensei.schemas.task.ValidateStructure;
import dev.sensei.schemas.task.ValidateTable;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/**
 * The Validator: reads both sides itself, holds them against each other, the plan and the journal,
 * and signs what it found. It writes to neither side.
 */
public final class ValidatorHandler implements TaskHandler {
  private final TableValidation tables;
  private final ReferenceValidation references;
  private final LedgerReconciliation ledger;
  private final StructureValidation structure;
  private final Certification certification;

  /** A Validator that signs with this key. */
  public ValidatorHandler(AgentTools tools, SigningKey key) {
    this(tools.databases(), tools.journal(), key);
  }

  /** A Validator that reads this journal. */
  public ValidatorHandler(DatabaseAccess databases, Journal journal, SigningKey key) {
    ApprovedPlans plans = new ApprovedPlans(journal);
    this.tables = new TableValidation(databases, plans, journal);
    this.references = new ReferenceValidation(databases, plans);
    this.ledger = new LedgerReconciliation(databases, plans, journal);
    this.structure = new StructureValidation(databases, plans);
    this.certification = new Certification(journal, plans, key);
  }

  @Override
  public Set<Class<? extends SpecificRecord>> taskTypes() {
    return Set.of(
        ValidateTable.class,
        ValidateGroup.class,
        ValidateReferences.class,
        ReconcileLedger.class,
        ValidateStructure.class,
        CertifyMigration.class);
  }

  @Override
  public void handle(SpecificRecord task, TaskContext context) throws Exception {
    try {
      switch (task) {
        case ValidateTable validate -> tables.validate(validate, context);
        case ValidateGroup validate -> tables.validate(validate, context);
        case ValidateReferences validate -> references.validate(validate, context);
        case ReconcileLedger reconcile -> ledger.reconcile(reconcile, context);
        case ValidateStructure validate -> structure.validate(validate, context);
        case CertifyMigration certify -> certification.certify(certify, context);
        default ->
            throw new IllegalArgumentException(
                "a validator has no use for a " + task.getSchema().getName());
      }
    } catch (SnapshotLost lost) {
      throw new TaskFailure(
          FailureClass.SNAPSHOT_LOST,
          "SNAPSHOT_LOST",
          "the source's snapshot is gone; another one has to be exported");
    }
  }
}
