package dev.sensei.cli.run;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads the journal from its beginning; changes nothing and emits nothing. */
public interface AuditTrail {
  /**
   * A record of the journal.
   *
   * @param sequence its place, from 0
   * @param at when it was written
   * @param type the event's type
   * @param hash its hash, SHA-256 in hex
   * @param json the event as a JSON document
   */
  record Entry(long sequence, Instant at, String type, String hash, String json) {}

  /**
   * The live state against the state folded from the journal.
   *
   * @param records records replayed
   * @param states states compared: the migration's own and one for each table
   * @param digest SHA-256 in hex over the canonical form of the replayed states
   * @param differences where the two differ, one line each
   */
  record Replay(long records, int states, String digest, List<String> differences) {
    public Replay {
      differences = List.copyOf(differences);
    }

    /** Whether the two are the same, byte for byte. */
    public boolean same() {
      return differences.isEmpty();
    }
  }

  /**
   * The chain of hashes.
   *
   * @param records records read
   * @param head hash of the last sound record, SHA-256 in hex
   * @param broken the first record that is changed, missing or doubled, in words; empty where the
   *     chain holds
   */
  record Chain(long records, String head, Optional<String> broken) {}

  /** Hands every record to the consumer, in order; the number of records, 0 where unknown. */
  long log(String migrationId, Consumer<Entry> consumer) throws InterruptedException;

  /** Folds the journal again and compares; empty where there is no migration with this id. */
  Optional<Replay> replay(String migrationId) throws InterruptedException;

  /** The state after a record, in its canonical form; empty where there is no such record. */
  Optional<String> stateAt(String migrationId, long sequence) throws InterruptedException;

  /** Checks the chain; empty where there is no migration with this id. */
  Optional<Chain> verify(String migrationId) throws InterruptedException;
}
