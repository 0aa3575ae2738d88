package dev.sensei.databases.queue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sensei.databases.catalog.CatalogJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A row of the source as it was read: the text of every column's value. It is never written
 * anywhere but encrypted, and its text form holds no value.
 *
 * @param columns names and values, in the table's order
 */
public record RowContent(List<Value> columns) {
  private static final ObjectMapper MAPPER = CatalogJson.mapper();

  public RowContent {
    columns = List.copyOf(columns);
  }

  /**
   * One column.
   *
   * @param column its name
   * @param text its value as the server writes it; empty for NULL
   */
  public record Value(String column, Optional<String> text) {
    @Override
    public String toString() {
      return "Value[" + column + "]";
    }
  }

  /** The form that is encrypted: JSON in UTF-8. */
  public byte[] bytes() {
    try {
      return MAPPER.writeValueAsBytes(this);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a row cannot be written as JSON");
    }
  }

  /**
   * Reads what {@link #bytes} gave.
   *
   * @throws IllegalArgumentException where it is something else
   */
  public static RowContent read(byte[] bytes) {
    try {
      return MAPPER.readValue(bytes, RowContent.class);
    } catch (IOException unreadable) {
      // The cause quotes what it reads.
      throw new IllegalArgumentException("expected a row of the error queue, found something else");
    }
  }

  /** What the row is known by: the values of these columns, or of all where there are none. */
  public String keyText(List<String> key) {
    List<Value> chosen = new ArrayList<>();
    for (Value value : columns) {
      if (key.isEmpty() || key.contains(value.column())) {
        chosen.add(value);
      }
    }
    try {
      return MAPPER.writeValueAsString(chosen);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a row's key cannot be written as JSON");
    }
  }

  @Override
  public String toString() {
    return "RowContent[" + columns + "]";
  }
}
