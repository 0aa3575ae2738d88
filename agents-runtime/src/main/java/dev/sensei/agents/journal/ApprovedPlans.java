package dev.sensei.agents.journal;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.plan.MigrationPlan;
import dev.sensei.agents.plan.PlanJson;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.event.TablePlanned;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The plans that tasks name, as the journal has them. An approval is bound to a digest, so a plan
 * that does not have its digest is refused. Read plans are kept, since every task needs one. Safe
 * for use by several threads.
 */
public final class ApprovedPlans {
  private static final int KEPT = 8;

  private final Journal journal;
  private final Map<Key, ApprovedPlan> kept =
      new LinkedHashMap<>(KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, ApprovedPlan> eldest) {
          return size() > KEPT;
        }
      };

  private record Key(String migrationId, String digest) {}

  public ApprovedPlans(Journal journal) {
    this.journal = journal;
  }

  /**
   * The plan with a digest.
   *
   * @throws TaskFailure where what the journal holds does not have the digest
   * @throws JournalException where it does not arrive in time
   */
  public ApprovedPlan plan(String migrationId, String planDigest) throws TaskFailure {
    Key key = new Key(migrationId, planDigest);
    synchronized (kept) {
      ApprovedPlan earlier = kept.get(key);
      if (earlier != null) {
        return earlier;
      }
    }
    // Two tasks may read it at once at first; that is cheaper than one that waits for the other.
    ApprovedPlan read = read(journal.plan(migrationId, planDigest), planDigest);
    synchronized (kept) {
      kept.put(key, read);
    }
    return read;
  }

  private static ApprovedPlan read(PlanDocuments documents, String planDigest) throws TaskFailure {
    String definition = documents.completed().getDefinition();
    if (!PlanJson.digest(definition).equals(planDigest)) {
      throw altered("the plan", planDigest);
    }
    MigrationPlan migration = PlanJson.readMigration(definition);
    if (documents.tables().size() != migration.tableDigests().size()) {
      throw altered("the number of tables", planDigest);
    }
    List<TablePlan> tables = new ArrayList<>();
    for (TablePlanned planned : documents.tables()) {
      String digest = PlanJson.digest(planned.getDefinition());
      if (planned.getTableIndex() != tables.size()
          || !digest.equals(migration.tableDigests().get(tables.size()))) {
        throw altered("the plan of table " + planned.getTable(), planDigest);
      }
      tables.add(PlanJson.readTable(planned.getDefinition()));
    }
    return new ApprovedPlan(migration, tables);
  }

  private static TaskFailure altered(String what, String planDigest) {
    return new TaskFailure(
        FailureClass.CONFIGURATION,
        "PLAN_ALTERED",
        "%s in the journal is not what was approved as %s; nothing is done by it"
            .formatted(what, planDigest));
  }
}
