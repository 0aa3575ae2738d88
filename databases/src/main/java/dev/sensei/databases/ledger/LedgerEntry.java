package dev.sensei.databases.ledger;

import dev.sensei.databases.copy.ChunkResult;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A chunk that was copied.
 *
 * @param key the chunk
 * @param snapshotNumber the snapshot it was read under
 * @param result rows, bytes and digest of what was written
 * @param setAside rows of the chunk that wait in the error queue instead
 * @param deviations rows that rules changed or left out, counted by kind
 * @param worker who wrote it
 * @param committedAt the target's clock when the chunk's transaction began to commit
 */
public record LedgerEntry(
    ChunkKey key,
    int snapshotNumber,
    ChunkResult result,
    long setAside,
    SortedMap<String, Long> deviations,
    String worker,
    Instant committedAt) {
  public LedgerEntry {
    deviations = new TreeMap<>(deviations);
  }

  /** The text that the ledger keeps: {@code kind=count} joined by commas, sorted. */
  static String encode(Map<String, Long> deviations) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(deviations)
        .forEach(
            (kind, count) -> {
              if (!kind.matches("[A-Za-z0-9_.:%+-]+")) {
                throw new IllegalArgumentException("not a kind of deviation: " + kind);
              }
              text.append(text.isEmpty() ? "" : ",").append(kind).append('=').append(count);
            });
    return text.toString();
  }

  static SortedMap<String, Long> decode(String text) {
    SortedMap<String, Long> deviations = new TreeMap<>();
    if (!text.isEmpty()) {
      for (String pair : text.split(",", -1)) {
        int equals = pair.lastIndexOf('=');
        deviations.put(pair.substring(0, equals), Long.parseLong(pair.substring(equals + 1)));
      }
    }
    return deviations;
  }
}
