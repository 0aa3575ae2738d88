package dev.sensei.databases.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.sensei.databases.TableName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Catalogs and tables as JSON in one canonical form: properties in alphabetical order, lists as
 * they stand, absent values left out, no white space.
 */
public final class CatalogJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(
              new SimpleModule()
                  .addSerializer(TableName.class, new NameWriter())
                  .addDeserializer(TableName.class, new NameReader()))
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
          .build();

  private CatalogJson() {}

  /** The canonical form. */
  public static String write(Catalog catalog) {
    return text(catalog);
  }

  /** The canonical form of one table. */
  public static String write(Table table) {
    return text(table);
  }

  /**
   * Reads what {@link #write(Catalog)} wrote.
   *
   * @throws IllegalArgumentException where the text is something else
   */
  public static Catalog readCatalog(String json) {
    return value(json, Catalog.class);
  }

  /**
   * Reads what {@link #write(Table)} wrote.
   *
   * @throws IllegalArgumentException where the text is something else
   */
  public static Table readTable(String json) {
    return value(json, Table.class);
  }

  /**
   * SHA-256 over the structure of a catalog, in hexadecimal: rows may change without changing it.
   */
  public static String digest(Catalog catalog) {
    return sha256(text(catalog.structure()));
  }

  /** SHA-256 over the structure of a table, in hexadecimal. */
  public static String digest(Table table) {
    return sha256(text(table.structure()));
  }

  static JsonNode tree(Object part) {
    return MAPPER.valueToTree(part);
  }

  private static String text(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a catalog record cannot be written as JSON", e);
    }
  }

  private static <T> T value(String json, Class<T> type) {
    try {
      return MAPPER.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "expected the JSON of a " + type.getSimpleName() + ", found something else", e);
    }
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static final class NameWriter extends StdSerializer<TableName> {
    private static final long serialVersionUID = 1L;

    NameWriter() {
      super(TableName.class);
    }

    @Override
    public void serialize(TableName name, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(name.toString());
    }
  }

  private static final class NameReader extends StdDeserializer<TableName> {
    private static final long serialVersionUID = 1L;

    NameReader() {
      super(TableName.class);
    }

    @Override
    public TableName deserialize(JsonParser in, DeserializationContext context) throws IOException {
      return TableName.parse(in.getValueAsString());
    }
  }
}
