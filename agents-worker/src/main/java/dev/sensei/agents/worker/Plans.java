package dev.sensei.agents.worker;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.TaskReleasedException;
import dev.sensei.agents.journal.JournalDocuments;
import dev.sensei.agents.plan.MigrationPlan;
import dev.sensei.agents.plan.PlanJson;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.schemas.common.DatabaseReference;
import java.util.List;

/** The approved plans, as the journal has them. */
final class Plans {
  private final JournalDocuments journal;

  Plans(JournalDocuments journal) {
    this.journal = journal;
  }
}
