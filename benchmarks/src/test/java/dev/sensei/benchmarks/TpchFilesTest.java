package dev.sensei.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TpchFilesTest {
  private static final double SCALE = 0.001;

  @Test
  void everyLineHasAFieldForEachColumnOfItsTable(@TempDir Path directory) throws IOException {
    TpchFiles.write(directory, SCALE);

    Map<String, Long> columns = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        assertThat(Files.readAllLines(file).stream().map(TpchFilesTest::fields).distinct())
            .as(file.getFileName().toString())
            .hasSize(1);
        columns.put(file.getFileName().toString(), fields(Files.readAllLines(file).getFirst()));
      }
    }
    assertThat(columns)
        .containsExactly(
            Map.entry("customer.tbl", 8L),
            Map.entry("lineitem.tbl", 16L),
            Map.entry("nation.tbl", 4L),
            Map.entry("orders.tbl", 9L),
            Map.entry("part.tbl", 9L),
            Map.entry("partsupp.tbl", 5L),
            Map.entry("region.tbl", 3L),
            Map.entry("supplier.tbl", 7L));
  }

  @Test
  void theScaleSaysHowManyOrdersThereAre(@TempDir Path directory) throws IOException {
    TpchFiles.write(directory, SCALE);

    assertThat(Files.readAllLines(directory.resolve("orders.tbl"))).hasSize(1500);
  }

  @Test
  void aScaleOfNothingIsRefused(@TempDir Path directory) {
    assertThatThrownBy(() -> TpchFiles.write(directory, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected a scale above 0, found 0.0");
  }

  private static long fields(String line) {
    return line.chars().filter(character -> character == '|').count() + 1;
  }
}
