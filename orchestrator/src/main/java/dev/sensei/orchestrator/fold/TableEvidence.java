package dev.sensei.orchestrator.fold;

import java.util.List;

/**
 * What the Validator read on both sides of one table.
 *
 * @param sourceRows rows in the source, under the snapshot.
 * @param targetRows rows in the target.
 * @param sourceDigest canonical digest of the source's rows.
 * @param targetDigest canonical digest of the target's rows.
 * @param sql the SQL by which anyone can compute the digest again.
 * @param snapshot the snapshot the source was read under.
 * @param differences differing rows, one line each by kind and HMAC of the key, at most 100.
 * @param othersBefore canonical digest of the rows that the table held before the migration; empty
 *     where its rows joined no others.
 * @param othersNow canonical digest of all rows but the migration's at the validation; empty
 *     likewise.
 * @param movedInBy the target's transaction that moved the migration's rows in among those of
 *     others, by its 64-bit number; 0 where they joined none.
 * @param setAside rows of the source that were set aside and are not in the target as they were
 *     under the snapshot; they count in no number above.
 * @param setAsideDigest SHA-256 in hex over the key hashes of all rows that were set aside, sorted,
 *     one line each; empty where there was none.
 * @param setAsideRows all of them that are or were in the error queue, at most 10,000.
 * @param deviations rows that rules of the plan changed, by the ledger.
 */
public record TableEvidence(
    long sourceRows,
    long targetRows,
    String sourceDigest,
    String targetDigest,
    String sql,
    int snapshot,
    List<String> differences,
    String othersBefore,
    String othersNow,
    long movedInBy,
    long setAside,
    String setAsideDigest,
    List<SetAsideRow> setAsideRows,
    List<RowDeviation> deviations) {
  public TableEvidence {
    differences = List.copyOf(differences);
    setAsideRows = List.copyOf(setAsideRows);
    deviations = List.copyOf(deviations);
  }
}
