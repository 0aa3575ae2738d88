package dev.sensei.orchestrator.projection;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The statements of {@code migration-control-seed.md}, as they stand there. */
final class SeedStatements {
  private static final Pattern BLOCK = Pattern.compile("(?s)```(sql|javascript)\n(.*?)```");
  private static final Pattern QUERY = Pattern.compile("(?s)`(.*?)`");

  private final List<String> plain = new ArrayList<>();
  private final List<String> parameterised = new ArrayList<>();

  private SeedStatements() {}

  static SeedStatements read() {
    SeedStatements statements = new SeedStatements();
    try (InputStream document =
        SeedStatements.class.getResourceAsStream("/migration-control-seed.md")) {
      if (document == null) {
        throw new IllegalStateException("migration-control-seed.md is missing");
      }
      String text = new String(document.readAllBytes(), StandardCharsets.UTF_8);
      BLOCK.matcher(text).results().forEach(statements::add);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    return statements;
  }

  private void add(MatchResult block) {
    String body = block.group(2);
    if (block.group(1).equals("javascript")) {
      QUERY.matcher(body).results().map(query -> query.group(1)).forEach(parameterised::add);
    } else if (!body.contains("CREATE TABLE")) {
      // No literal of the document holds a semicolon.
      for (String statement : body.split(";", -1)) {
        if (hasSql(statement)) {
          plain.add(statement);
        }
      }
    }
  }

  private static boolean hasSql(String statement) {
    return statement.lines().anyMatch(line -> !line.isBlank() && !line.strip().startsWith("--"));
  }

  /** INSERTs, UPDATEs and reports, in the document's order. */
  List<String> plain() {
    return plain;
  }

  /** The reports alone. */
  List<String> reports() {
    return plain.stream().filter(statement -> statement.contains("SELECT \n")).toList();
  }

  /** Queries with parameters $1, $2. */
  List<String> parameterised() {
    return parameterised;
  }

  /** The table as the document has it. */
  static List<String> columns() {
    return List.of(
        "id",
        "phase",
        "table_name",
        "operation",
        "status",
        "records_processed",
        "total_records",
        "started_at",
        "completed_at",
        "error_message",
        "batch_size",
        "worker_id",
        "source_query",
        "validation_query");
  }
}
