package dev.sensei.databases.failpoint;

import java.util.Arrays;
import java.util.Optional;

/**
 * A named place in the program where a proof of recovery may strike. All are off unless {@link
 * Failpoints} was configured; then {@link #hit()} costs one volatile read.
 */
public enum Failpoint {
  /** The claim was read and matches; nothing of the chunk is written yet. */
  AFTER_CLAIM("after-claim", "after the claim's epoch was compared, before the chunk's lock"),
  /** The chunk is locked and the ledger has no row of it; nothing of it is read yet. */
  AFTER_LOOK_UP(
      "after-look-up", "after the chunk was locked and not found in the ledger, before its rows"),
  /** Some of the chunk's rows are on their way; hit once for each buffer written. */
  MID_CHUNK("mid-chunk", "between two buffers of a chunk's rows; hit once for each buffer"),
  /** The rows are in, the ledger's row is not. */
  BEFORE_LEDGER_ROW("before-ledger-row", "after a chunk's rows, before its ledger row"),
  /** Rows and ledger row are written, not committed. */
  BEFORE_CHUNK_COMMIT("before-chunk-commit", "after the ledger row, before the commit"),
  /** The chunk is committed, nobody knows yet. */
  AFTER_CHUNK_COMMIT("after-chunk-commit", "after the commit of a chunk"),
  /** A worker is about to report. */
  BEFORE_REPORT("before-report", "before a worker's report is sent"),
  /** Kafka has what an agent reported in one call, its task is not acknowledged. */
  AFTER_REPORT(
      "after-report",
      "after Kafka has an agent's report, of any kind of agent, before its task is acknowledged"),
  /** Older backends are gone, table and ledger still full. */
  BEFORE_EMPTYING("before-emptying", "after older backends were ended, before a table is emptied"),
  /** Table and ledger are emptied, not committed. */
  BEFORE_EPOCH_COMMIT("before-epoch-commit", "after a table was emptied, before the commit"),
  /** The new epoch holds, whoever asked for it does not know. */
  AFTER_EPOCH_COMMIT("after-epoch-commit", "after the commit of a raised epoch"),
  /** A table is claimed, and not divided. */
  BEFORE_BOUNDS("before-bounds", "after a table was claimed, before its chunks are stored"),
  /** The commit that makes a table's chunks durable is due. */
  BEFORE_SETTLE_COMMIT(
      "before-settle-commit", "before the synchronous commit that settles a table"),
  /** The table is settled, nobody knows yet. */
  AFTER_SETTLE_COMMIT("after-settle-commit", "after the synchronous commit that settles a table"),
  /** Staged rows are in their table, not committed. */
  BEFORE_MOVE_IN_COMMIT(
      "before-move-in-commit", "after a table's staged rows were moved into it, before the commit"),
  /** Staged rows are in their table, nobody knows yet. */
  AFTER_MOVE_IN_COMMIT(
      "after-move-in-commit", "after the commit that moves a table's staged rows into it"),
  /** An index is being built. */
  MID_INDEX_BUILD(
      "mid-index-build",
      "in the transaction that builds an index of a table, before its commit; others may be built"
          + " beside it"),
  /** Rows that lack what they refer to are out of the target and in the queue, not committed. */
  BEFORE_ORPHANS_COMMIT(
      "before-orphans-commit",
      "after rows that refer to rows which are not there were set aside, before the commit"),
  /** Rows that lack what they refer to are set aside, nobody knows yet. */
  AFTER_ORPHANS_COMMIT(
      "after-orphans-commit",
      "after the commit that sets rows aside which refer to rows that are not there"),
  /** A row that others lack is written for one of them, which is not yet. */
  AFTER_FETCHED(
      "after-fetched",
      "after a row was fetched for one that refers to it, before that is written and committed"),
  /** Some of the ledger's rows of a migration are gone. */
  MID_REMOVE("mid-remove", "while a migration's rows are removed from the ledger"),
  /** The source's tables are locked, and no snapshot is taken. */
  AFTER_LOCKS(
      "after-locks", "after the source's tables were locked, before the snapshot is exported"),
  /** The snapshot is exported, nobody knows yet. */
  AFTER_EXPORT("after-export", "after the snapshot was exported"),
  /** The snapshot is known and kept. */
  BEFORE_PROBE(
      "before-probe",
      "before the keeper asks whether its snapshot lives; hit once for each time it asks");

  private final String label;
  private final String place;

  Failpoint(String label, String place) {
    this.label = label;
    this.place = place;
  }

  /** The name that the setting uses. */
  public String label() {
    return label;
  }

  /** Where it is, as a phrase for the documentation. */
  public String place() {
    return place;
  }

  /** Does what was configured for this place; nothing, where nothing was. */
  public void hit() {
    Failpoints.hit(this);
  }

  /** The failpoint of this name. */
  public static Optional<Failpoint> named(String label) {
    return Arrays.stream(values()).filter(point -> point.label.equals(label)).findFirst();
  }
}
