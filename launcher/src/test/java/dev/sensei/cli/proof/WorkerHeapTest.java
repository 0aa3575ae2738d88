package dev.sensei.cli.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker lives in 512 MiB and three times the widest row, however large the table is and however
 * many slots it has. Values are kept outside of their rows and not compressed, so that a block has
 * one row, and a chunk too where it is to have one.
 */
@Tag("long")
@ExtendWith(ProofServers.Extension.class)
final class WorkerHeapTest {
  private static final int SLOTS = 4;
  private static final int BASE_MIB = 512;
  private static final Pattern BEFORE_COLLECTION = Pattern.compile(" (\\d+)M->\\d+M\\(");
  private static final List<String> TABLE =
      List.of(
          "CREATE TABLE document (id int PRIMARY KEY, filler text NOT NULL, content text NOT NULL)",
          "ALTER TABLE document ALTER filler SET STORAGE PLAIN, ALTER content SET STORAGE"
              + " EXTERNAL");

  @TempDir Path directory;

  @Test
  void aTableOfMoreThanTwiceTheHeapOfRowsOfAMebibyte(ProofServers servers) throws Exception {
    moves(servers, "large_table", 1_300, 1, 100);
  }

  @Test
  void severalRowsOfAHundredMebibytesInEverySlotAtOnce(ProofServers servers) throws Exception {
    moves(servers, "wide_rows", 15, 100, 3);
  }

  private void moves(ProofServers servers, String name, int rows, int widestMib, int chunkRows)
      throws Exception {
    ProofDatabase source = servers.source(name, TABLE);
    ProofDatabase target = servers.target(name + "_target");
    for (int row = 1; row <= rows; row++) {
      source.run(
          "INSERT INTO document VALUES (%1$d, repeat('x', 5000), repeat(md5('%1$d'), %2$d))"
              .formatted(row, widestMib << 15));
    }
    source.run("ANALYZE");
    int heapMib = BASE_MIB + 3 * widestMib;
    Path collections = directory.resolve("collections.log");
    try (SeparateSystem system = SeparateSystem.start(directory, servers);
        SenseiProcess worker =
            system.worker(
                "worker",
                SLOTS,
                Map.of(
                    "SENSEI_HEAP",
                    heapMib + "m",
                    "JDK_JAVA_OPTIONS",
                    "-Xlog:gc:file=" + collections))) {
      system.awaitJoined(SLOTS);
      String id =
          system.awaitCertified(
              system.migrate(
                  source,
                  target,
                  "options:\n  chunkRows: %d\n  batchRows: 1\n".formatted(chunkRows)),
              target);

      assertThat(worker.exitCode()).as("the first worker still runs").isEmpty();
      assertThat(worker.output()).doesNotContain("OutOfMemoryError");
      assertThat(system.workersOfChunks(id)).hasSizeGreaterThanOrEqualTo(SLOTS);
      assertThat(target.rows("SELECT count(*) || ' ' || sum(length(content)) FROM document"))
          .isEqualTo(source.rows("SELECT count(*) || ' ' || sum(length(content)) FROM document"));
    }
    System.out.printf(
        "%s: %d rows of %d MiB in a heap of %d MiB, %d slots; at most %d MiB were in use before a"
            + " collection, and %d collections were full ones%n",
        name, rows, widestMib, heapMib, SLOTS, peakMib(collections), full(collections));
  }

  private static int peakMib(Path collections) throws IOException {
    return BEFORE_COLLECTION
        .matcher(Files.readString(collections))
        .results()
        .map(MatchResult::group)
        .mapToInt(used -> Integer.parseInt(used.strip().replaceFirst("M.*", "")))
        .max()
        .orElse(0);
  }

  private static long full(Path collections) throws IOException {
    return Files.readString(collections)
        .lines()
        .filter(line -> line.contains("Pause Full"))
        .count();
  }
}
