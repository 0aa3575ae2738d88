package dev.sensei.databases.ledger;

import dev.sensei.databases.copy.RowFault;
import dev.sensei.databases.copy.RowVersion;
import java.time.Instant;
import java.util.Optional;

/**
 * A row of the error queue, without what it holds.
 *
 * @param number what a person names it by; unique in the ledger
 * @param table the target's table that it was for
 * @param tableIndex the table's number in its migration
 * @param epoch of the table
 * @param chunk the chunk it belongs to, from 0; -1 where it was set aside before any was copied,
 *     {@link #WITHDRAWN} where the target had it, and {@link #FETCHED} where the snapshot has not
 * @param fault where it stands in the source, and why it was not taken
 * @param xmin the source's transaction that wrote it, by the 32 bits that rows carry
 * @param keyHash keyed hash of its key
 * @param keyId the key that its content is encrypted with
 * @param attempts how often it was tried
 * @param state what has become of it
 * @param decidedBy the person who decided; empty where nobody has
 * @param reason why, as that person said; empty where nothing was said
 * @param writtenBy the target's transaction that wrote it where it was corrected or fetched, by its
 *     64-bit number; 0 else
 * @param recordedAt when it was set aside, by the target's clock
 */
public record QueuedRow(
    long number,
    TableKey table,
    int tableIndex,
    long epoch,
    int chunk,
    RowFault fault,
    long xmin,
    String keyHash,
    String keyId,
    int attempts,
    State state,
    Optional<String> decidedBy,
    Optional<String> reason,
    long writtenBy,
    Instant recordedAt) {

  /** The chunk of a row that was in the target until it was set aside. */
  public static final int WITHDRAWN = -2;

  /** The chunk of a row that was written in the source behind the snapshot. */
  public static final int FETCHED = -3;

  /** What has become of a row. */
  public enum State {
    /** It waits for a person. */
    OPEN,
    /** A person left it out. */
    SKIPPED,
    /** The target has taken it after all, as it was under the snapshot. */
    RETRIED,
    /** The target has taken it as the source has it since. */
    CORRECTED,
    /** A rule of the plan left it out, as one of several that are equal. */
    LEFT_OUT,
    /**
     * The source has had it since the snapshot only, and so has the target, for rows that refer to
     * it.
     */
    FETCHED
  }

  /** Which row of the source it is. */
  public RowVersion version() {
    return new RowVersion(fault.locator(), xmin);
  }

  /** Whether the target has taken it after all, as it was under the snapshot or is since. */
  public boolean isTaken() {
    return switch (state) {
      case OPEN, SKIPPED, LEFT_OUT -> false;
      case RETRIED, CORRECTED, FETCHED -> true;
    };
  }

  /** Whether the target lacks it as it was under the snapshot. */
  public boolean isMissing() {
    return switch (state) {
      case OPEN, SKIPPED, LEFT_OUT, CORRECTED -> true;
      case RETRIED, FETCHED -> false;
    };
  }

  /** What the row's content is bound to: encrypted, it opens nowhere else. */
  public static String context(TableKey table, long epoch, RowFault fault) {
    return table + " " + epoch + " " + fault.locator();
  }
}
