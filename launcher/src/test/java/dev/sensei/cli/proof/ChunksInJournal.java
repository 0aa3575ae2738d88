package dev.sensei.cli.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a migration's journal tells of chunks. */
final class ChunksInJournal {
  private ChunksInJournal() {}

  /**
   * It has every chunk of every table exactly once, with all the rows of a source that nobody has
   * changed. A chunk that a settlement found missing, since a crash of the target undid it, does
   * not count as there, and has to come again.
   */
  static void assertOnce(List<JsonNode> journal, ProofDatabase source) throws SQLException {
    Map<String, Integer> lastEpoch = new HashMap<>();
    Map<String, Integer> chunks = new HashMap<>();
    Map<String, Map<Integer, Long>> rows = new HashMap<>();
    for (JsonNode record : journal) {
      JsonNode event = record.get("record");
      switch (record.get("type").asText()) {
        case "TablePrepared" -> {
          String table = event.get("table").asText();
          lastEpoch.put(table, event.get("epoch").asInt());
          chunks.put(table, event.get("chunks").asInt());
          rows.put(table, new TreeMap<>());
        }
        case "ChunkCopied" -> {
          String table = event.get("table").asText();
          if (event.get("epoch").asInt() == lastEpoch.getOrDefault(table, 0)) {
            int chunk = event.at("/evidence/chunk").asInt();
            Map<Integer, Long> copied = rows.computeIfAbsent(table, added -> new TreeMap<>());
            assertThat(copied).as("chunks of " + table).doesNotContainKey(chunk);
            copied.put(chunk, event.at("/evidence/rows").asLong());
          }
        }
        case "TableChecked" -> {
          String table = event.get("table").asText();
          if (event.get("epoch").asInt() == lastEpoch.getOrDefault(table, 0)) {
            Map<Integer, Long> copied = rows.getOrDefault(table, Map.of());
            event.get("missingChunks").forEach(chunk -> copied.remove(chunk.asInt()));
          }
        }
        default -> {
          // Other events say nothing of chunks.
        }
      }
    }
    // The source has not changed: nothing was given up, so no table began again.
    assertThat(chunks).isNotEmpty();
    assertThat(lastEpoch.values()).containsOnly(1);
    for (Map.Entry<String, Integer> table : chunks.entrySet()) {
      Map<Integer, Long> copied = rows.getOrDefault(table.getKey(), Map.of());
      assertThat(copied.keySet())
          .as("chunks of " + table.getKey())
          .hasSize(table.getValue())
          .allMatch(chunk -> chunk >= 0 && chunk < table.getValue());
      assertThat(copied.values().stream().mapToLong(Long::longValue).sum())
          .as("rows of " + table.getKey())
          .isEqualTo(source.count(table.getKey()));
    }
    assertThat(chunks.values().stream().mapToInt(Integer::intValue).sum())
        .as("chunks in all")
        .isGreaterThan(chunks.size());
  }
}
