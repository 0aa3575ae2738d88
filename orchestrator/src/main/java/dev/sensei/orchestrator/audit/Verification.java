package dev.sensei.orchestrator.audit;

/** What a migration's chain of hashes says. */
public sealed interface Verification {

  /** No record of the migration is in the journal. */
  record Nothing() implements Verification {}

  /**
   * Every record is what was written, and none is missing before the last.
   *
   * @param records how many
   * @param head the hash of the last one
   */
  record Intact(long records, String head) implements Verification {}

  /**
   * A record was changed, taken out or put in.
   *
   * @param sequence the place in the chain where it shows first
   * @param partition the partition of the record that shows it
   * @param offset its offset
   * @param check which check failed
   * @param expected what was expected
   * @param found what was found
   */
  record Broken(
      long sequence, int partition, long offset, Check check, String expected, String found)
      implements Verification {
    @Override
    public String toString() {
      return "record %d (partition %d, offset %d): %s: expected %s, found %s"
          .formatted(sequence, partition, offset, check.text(), expected, found);
    }
  }

  /** The checks, in the order in which they are made. */
  enum Check {
    /** The record can be read as one of the journal. */
    READABLE("it cannot be read"),
    /** Sequences have no gap and none comes twice. */
    SEQUENCE("the sequence has a gap or a double"),
    /** The previous hash is that of the record before. */
    PREVIOUS_HASH("the previous hash is not that of the record before"),
    /** The hash is that of what was read. */
    HASH("the hash is not that of the record"),
    /** The event is about the migration in whose journal it stands. */
    MIGRATION("it is about another migration");

    private final String text;

    Check(String text) {
      this.text = text;
    }

    /** What it means where the check fails. */
    public String text() {
      return text;
    }
  }
}
