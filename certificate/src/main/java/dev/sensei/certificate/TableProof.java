package dev.sensei.certificate;

import java.util.Optional;

/**
 * What was read of one table on both sides, and what the ledger says of its transport.
 *
 * <p>The canonical digests compare the two sides with each other. The transport digest is over the
 * bytes that were written, and is never compared with them.
 *
 * @param source the source table, schema.table, quoted where needed
 * @param target the table in the target
 * @param sourceRows rows in the source, under the snapshot, but for those that were set aside: like
 *     its digest, without those that the target lacks as they were
 * @param targetRows rows in the target; like its digest, of the migration's rows alone where they
 *     joined others
 * @param sourceDigest canonical digest of the source's rows
 * @param targetDigest canonical digest of the target's rows
 * @param sql the SQL by which anyone can compute the canonical digest again
 * @param snapshot the number of the snapshot that the source was read under
 * @param chunks how many chunks were copied
 * @param bytes bytes of tuples written
 * @param transportDigest the sum of the chunks' digests, xxh3-128 added modulo 2^128, in hex
 * @param othersBefore where the rows joined those that the target's table held: the canonical
 *     digest of these before the migration, over all their columns; else empty
 * @param othersNow the same digest over all rows but the migration's when it was validated. Another
 *     one than before says that somebody else wrote to the table, and is no difference between the
 *     two sides
 */
public record TableProof(
    String source,
    String target,
    long sourceRows,
    long targetRows,
    String sourceDigest,
    String targetDigest,
    String sql,
    int snapshot,
    long chunks,
    long bytes,
    String transportDigest,
    String othersBefore,
    String othersNow) {

  public TableProof {
    Invariants.notEmpty("source table", source);
    Invariants.notEmpty("target table", target);
    Invariants.notNegative("sourceRows", sourceRows);
    Invariants.notNegative("targetRows", targetRows);
    Invariants.notNegative("chunks", chunks);
    Invariants.notNegative("bytes", bytes);
  }

  /** What differs between the two sides, in words; empty where they are equal. */
  Optional<String> difference() {
    if (sourceRows != targetRows) {
      return Optional.of(
          "table %s has %d rows in the source and %d in the target"
              .formatted(source, sourceRows, targetRows));
    }
    if (!sourceDigest.equals(targetDigest)) {
      return Optional.of("table %s has different digests on the two sides".formatted(source));
    }
    return Optional.empty();
  }
}
