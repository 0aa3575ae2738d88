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
 */
public record TableEvidence(
    long sourceRows,
    long targetRows,
    String sourceDigest,
    String targetDigest,
    String sql,
    int snapshot,
    List<String> differences) {
  public TableEvidence {
    differences = List.copyOf(differences);
  }
}
