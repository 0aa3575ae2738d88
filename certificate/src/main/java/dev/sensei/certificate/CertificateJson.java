package dev.sensei.certificate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The JSON form of a {@link CertificateDocument}: strict in reading, in one order in writing. */
public final class CertificateJson {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .build();

  private CertificateJson() {}

  /** The document as JSON in UTF-8, without white space between tokens. */
  public static byte[] write(CertificateDocument document) {
    try {
      return MAPPER.writeValueAsBytes(document);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("a certificate could not be written as JSON", e);
    }
  }

  /** The document as a tree, for use inside a larger JSON document. */
  public static JsonNode tree(CertificateDocument document) {
    return MAPPER.valueToTree(document);
  }

  /**
   * Reads a document.
   *
   * @throws IOException where the bytes are no JSON of a document of this version
   */
  static CertificateDocument read(byte[] json) throws IOException {
    return MAPPER.readValue(json, CertificateDocument.class);
  }

  /**
   * The format version that a document names, read apart so that a newer format can be told.
   *
   * @throws IOException where the bytes are no JSON object with a format version
   */
  static int formatVersion(byte[] json) throws IOException {
    JsonNode version = MAPPER.readTree(json).path("formatVersion");
    if (!version.isInt()) {
      throw new IOException("the document names no format version");
    }
    return version.intValue();
  }
}
