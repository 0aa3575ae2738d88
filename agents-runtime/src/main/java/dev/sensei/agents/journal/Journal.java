package dev.sensei.agents.journal;

import dev.sensei.schemas.JournalRecord;
import java.util.function.Consumer;
import java.util.function.Predicate;

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

  /**
   * Gives every record of a migration in order, up to the one that is awaited; what stands behind
   * it may be given too or not.
   *
   * @param awaited that one in words, for the message
   * @param isLast takes a record, and says whether it is the one
   * @throws JournalException where it does not arrive in time, although the journal is whole so far
   */
  void forEachUntil(String migrationId, String awaited, Predicate<JournalRecord> isLast);
}
