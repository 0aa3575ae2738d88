package dev.sensei.agents.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sensei.databases.catalog.CatalogJson;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Plans as JSON, in the canonical form of {@link CatalogJson}, and their digests. */
public final class PlanJson {
  private static final ObjectMapper MAPPER = CatalogJson.mapper();

  private PlanJson() {}

  /** The canonical form of a table's plan. */
  public static String write(TablePlan plan) {
    return text(plan);
  }

  /** The canonical form of what is not of one table. */
  public static String write(MigrationPlan plan) {
    return text(plan);
  }

  /**
   * Reads what {@link #write(TablePlan)} wrote.
   *
   * @throws IllegalArgumentException where the text is something else
   */
  public static TablePlan readTable(String json) {
    return value(json, TablePlan.class);
  }

  /**
   * Reads what {@link #write(MigrationPlan)} wrote.
   *
   * @throws IllegalArgumentException where the text is something else
   */
  public static MigrationPlan readMigration(String json) {
    return value(json, MigrationPlan.class);
  }

  /** SHA-256 in hex over a document as it was written. */
  public static String digest(String json) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(json.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  private static String text(Object plan) {
    try {
      return MAPPER.writeValueAsString(plan);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a plan cannot be written as JSON", impossible);
    }
  }

  private static <T> T value(String json, Class<T> type) {
    try {
      return MAPPER.readValue(json, type);
    } catch (JsonProcessingException unreadable) {
      throw new IllegalArgumentException(
          "expected the JSON of a " + type.getSimpleName() + ", found something else", unreadable);
    }
  }
}
