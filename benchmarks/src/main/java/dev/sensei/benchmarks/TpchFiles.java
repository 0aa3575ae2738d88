package dev.sensei.benchmarks;

import io.trino.tpch.TpchEntity;
import io.trino.tpch.TpchTable;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The eight tables of TPC-H as files for {@code COPY … (DELIMITER '|')}, one named {@code
 * TABLE.tbl} for each.
 */
public final class TpchFiles {
  private static final char DELIMITER = '|';
  private static final char ESCAPE = '\\';

  private TpchFiles() {}

  /**
   * Writes the files.
   *
   * @param arguments the directory, which is made where it is missing, and the scale: 1 is about a
   *     gigabyte
   * @throws IOException where a file cannot be written
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      throw new IllegalArgumentException(
          "expected a directory and a scale, found %d arguments".formatted(arguments.length));
    }
    write(Path.of(arguments[0]), Double.parseDouble(arguments[1]));
  }

  /** Writes the files of this scale into a directory, which is made where it is missing. */
  static void write(Path directory, double scale) throws IOException {
    if (!(scale > 0)) {
      throw new IllegalArgumentException("expected a scale above 0, found " + scale);
    }
    Files.createDirectories(directory);
    for (TpchTable<?> table : TpchTable.getTables()) {
      write(directory.resolve(table.getTableName() + ".tbl"), table, scale);
    }
  }

  private static void write(Path file, TpchTable<?> table, double scale) throws IOException {
    try (BufferedWriter writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      for (TpchEntity row : table.createGenerator(scale, 1, 1)) {
        writer.write(fields(row.toLine()));
        writer.write('\n');
      }
    }
  }

  /** A line of dbgen's form without the delimiter that ends it, which COPY takes for a field. */
  private static String fields(String line) {
    int end = line.length() - 1;
    if (end < 0 || line.charAt(end) != DELIMITER || line.indexOf(ESCAPE) >= 0) {
      throw new IllegalStateException(
          "expected fields that each end in '|', and no backslash; found: " + line);
    }
    return line.substring(0, end);
  }
}
