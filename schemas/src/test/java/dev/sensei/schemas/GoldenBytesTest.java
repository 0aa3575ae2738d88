package dev.sensei.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;

/**
 * Holds today's schemas against bytes and schemas that were written down before: {@code
 * golden/contracts.tsv} has a line for each message (name, bytes of a sample in hex, schema). Run
 * with {@code -Dgolden.write=true} to add the lines of new messages; lines once written stay.
 */
class GoldenBytesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/contracts.tsv");

  private record Golden(String name, String hex, Schema schema) {
    byte[] bytes() {
      return HexFormat.of().parseHex(hex);
    }
  }

  @Test
  void bytesWrittenBeforeAreReadByTodaysSchemasAndTheOtherWayRound() throws IOException {
    if (Boolean.getBoolean("golden.write")) {
      write();
    }
    Map<String, Schema> today =
        Contracts.messages().collect(Collectors.toMap(Schema::getFullName, schema -> schema));
    List<Golden> golden = read();
    assertThat(golden.stream().map(Golden::name).collect(Collectors.toSet()))
        .as("messages with golden bytes")
        .containsExactlyInAnyOrderElementsOf(Set.copyOf(today.keySet()));
    for (Golden line : golden) {
      Schema schema = Objects.requireNonNull(today.get(line.name()));
      assertThat(compatible(schema, line.schema())).as("%s reads old bytes", line.name()).isTrue();
      assertThat(compatible(line.schema(), schema))
          .as("%s is read by old readers", line.name())
          .isTrue();
      Object read =
          new GenericDatumReader<>(line.schema(), schema)
              .read(null, DecoderFactory.get().binaryDecoder(line.bytes(), null));
      if (schema.equals(line.schema())) {
        assertThat(encode(schema, read)).as("bytes of %s", line.name()).isEqualTo(line.bytes());
      }
      Object sample = sample(schema);
      assertThat(
              new GenericDatumReader<>(schema, line.schema())
                  .read(null, DecoderFactory.get().binaryDecoder(encode(schema, sample), null)))
          .isNotNull();
    }
  }

  private static boolean compatible(Schema reader, Schema writer) {
    return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getType()
        == SchemaCompatibilityType.COMPATIBLE;
  }

  private static List<Golden> read() throws IOException {
    List<Golden> lines = new ArrayList<>();
    for (String line : Files.readAllLines(GOLDEN)) {
      String[] parts = line.split("\t", -1);
      lines.add(new Golden(parts[0], parts[1], new Schema.Parser().parse(parts[2])));
    }
    return lines;
  }

  private static void write() throws IOException {
    Map<String, String> lines = new TreeMap<>();
    if (Files.exists(GOLDEN)) {
      for (String line : Files.readAllLines(GOLDEN)) {
        lines.put(line.substring(0, line.indexOf('\t')), line);
      }
    }
    for (Schema schema : Contracts.messages().toList()) {
      String bytes = HexFormat.of().formatHex(encode(schema, sample(schema)));
      lines.putIfAbsent(schema.getFullName(), schema.getFullName() + "\t" + bytes + "\t" + schema);
    }
    Files.write(GOLDEN, lines.values());
  }

  private static byte[] encode(Schema schema, Object datum) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
    new GenericDatumWriter<>(schema).write(datum, encoder);
    return bytes.toByteArray();
  }

  private static Object sample(Schema schema) {
    return switch (schema.getType()) {
      case RECORD -> {
        GenericData.Record sample = new GenericData.Record(schema);
        schema.getFields().forEach(field -> sample.put(field.pos(), sample(field.schema())));
        yield sample;
      }
      case ENUM -> new GenericData.EnumSymbol(schema, schema.getEnumSymbols().getLast());
      case ARRAY ->
          new GenericData.Array<>(
              schema, List.of(sample(schema.getElementType()), sample(schema.getElementType())));
      case UNION -> sample(schema.getTypes().getLast());
      case STRING -> "sample \u00fc";
      case INT -> 4711;
      case LONG -> 1_790_000_000_000L;
      case DOUBLE -> 0.9375;
      case BOOLEAN -> true;
      case MAP, FIXED, BYTES, FLOAT, NULL ->
          throw new IllegalStateException("no contract has a " + schema.getType() + " yet");
    };
  }
}
