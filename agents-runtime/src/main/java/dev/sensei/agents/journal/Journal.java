package dev.sensei.agents.journal;

import dev.sensei.schemas.JournalRecord;
import java.util.function.Consumer;

/** What agents read of a migration's journal. Safe for use by several threads. */
public interface Journal {
  /**
   * The plan with a digest.
   *
   * @throws JournalException where it does not arrive in time
   */
  PlanDocuments plan(String migrationId, String planDigest);

  /**
   * Gives every record of a migration in order, up to the journal's end at the time of the call.
   *
   * @return how many records there were
   * @throws JournalException where the journal does not answer in time
   */
  long forEach(String migrationId, Consumer<JournalRecord> each);
}
