package dev.sensei.cli.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a migration's journal tells of chunks. */
final class ChunksInJournal {
  private ChunksInJournal() {}

  /**
   * It has every chunk of every table exactly once, with all the rows of a source that nobody has
   * changed.
   */
  static void assertOnce(List<JsonNode> journal, ProofDatabase source) throws SQLException {
    Map<String, Integer> lastEpoch = new HashMap<>();
    Map<String, Integer> chunks = new HashMap<>();
    Map<String, Long> rows = new HashMap<>();
    Map<String, List<Integer>> copied = new HashMap<>();
    for (JsonNode record : journal) {
      JsonNode event = record.get("record");
      switch (record.get("type").asText()) {
        case "TablePrepared" -> {
          String table = event.get("table").asText();
          lastEpoch.put(table, event.get("epoch").asInt());
          chunks.put(table, event.get("chunks").asInt());
          copied.put(table, new ArrayList<>());
          rows.put(table, 0L);
        }
        case "ChunkCopied" -> {
          String table = event.get("table").asText();
          if (event.get("epoch").asInt() == lastEpoch.getOrDefault(table, 0)) {
            copied
                .computeIfAbsent(table, added -> new ArrayList<>())
                .add(event.at("/evidence/chunk").asInt());
            rows.merge(table, event.at("/evidence/rows").asLong(), Long::sum);
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
      assertThat(copied.get(table.getKey()))
          .as("chunks of " + table.getKey())
          .doesNotHaveDuplicates()
          .hasSize(table.getValue())
          .allMatch(chunk -> chunk >= 0 && chunk < table.getValue());
      assertThat(rows.get(table.getKey()))
          .as("rows of " + table.getKey())
          .isEqualTo(source.count(table.getKey()));
    }
    assertThat(chunks.values().stream().mapToInt(Integer::intValue).sum())
        .as("chunks in all")
        .isGreaterThan(chunks.size());
  }
}
