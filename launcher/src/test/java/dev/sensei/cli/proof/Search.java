package dev.sensei.cli.proof;

import dev.sensei.platform.PostgresServer.Endpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Looks for values, in all the forms they may take, in every byte of files, rows and records. */
final class Search {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int VARINT_BITS = 7;
  private static final int DIGITS_BASE = 10_000;

  private final Map<String, byte[]> forms = new LinkedHashMap<>();
  private final List<String> texts = new ArrayList<>();

  /** Looks for a text too. */
  Search text(String text) {
    texts.add(text);
    forms.put(text, text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /** Looks for a number too: its digits, and what Avro, Java and PostgreSQL make of it. */
  Search number(long number) {
    text(Long.toString(number));
    forms.put(number + " as varint", varint(number));
    for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
      forms.put(
          number + " as long, " + order,
          ByteBuffer.allocate(Long.BYTES).order(order).putLong(number).array());
      forms.put(
          number + " as double, " + order,
          ByteBuffer.allocate(Double.BYTES).order(order).putDouble((double) number).array());
      forms.put(number + " as numeric, " + order, digits(number, order));
    }
    return this;
  }

  /** Avro's form of a long: zigzag, seven bits a byte, the lowest first. */
  private static byte[] varint(long number) {
    ByteBuffer bytes = ByteBuffer.allocate(10);
    long rest = (number << 1) ^ (number >> 63);
    while ((rest & ~0x7FL) != 0) {
      bytes.put((byte) ((rest & 0x7F) | 0x80));
      rest >>>= VARINT_BITS;
    }
    bytes.put((byte) rest);
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  /** PostgreSQL's form of a numeric: digits to the base 10,000, the highest first. */
  private static byte[] digits(long number, ByteOrder order) {
    List<Short> digits = new ArrayList<>();
    for (long rest = number; rest > 0; rest /= DIGITS_BASE) {
      digits.addFirst((short) (rest % DIGITS_BASE));
    }
    ByteBuffer bytes = ByteBuffer.allocate(digits.size() * Short.BYTES).order(order);
    digits.forEach(bytes::putShort);
    return bytes.array();
  }

  /** Where something was found in the files below a directory, one line each. */
  List<String> in(Path directory) throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        byte[] bytes;
        try {
          bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException taken) {
          // A running server takes away what it needs no more; what it keeps is searched.
          continue;
        }
        forms.forEach(
            (name, form) -> {
              if (contains(bytes, form)) {
                found.add("%s in %s".formatted(name, directory.relativize(file)));
              }
            });
      }
    }
    return found;
  }

  /**
   * Where a text was found in the rows of a database, which the files may hold compressed. Values
   * of type bytea are looked through by the digits of their bytes.
   */
  List<String> in(Endpoint endpoint) throws SQLException {
    ProofDatabase database = new ProofDatabase(endpoint);
    List<String> found = new ArrayList<>();
    for (String table : database.contents().keySet()) {
      for (String text : texts) {
        long rows =
            database.count(
                "%s t WHERE position('%s' IN t::text) > 0 OR position('%s' IN t::text) > 0"
                    .formatted(
                        table,
                        text,
                        HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8))));
        if (rows > 0) {
          found.add("%s in %d rows of %s".formatted(text, rows, table));
        }
      }
    }
    return found;
  }

  /**
   * Where something was found in the records of a Kafka, in key, headers and value as a consumer
   * gets them; the files hold many of them compressed.
   */
  List<String> inTopicsOf(String bootstrapServers) {
    List<String> found = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.listTopics().values().stream()
              .flatMap(List::stream)
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer.poll(POLL).forEach(record -> found.addAll(in(record)));
      }
    }
    return found;
  }

  private List<String> in(ConsumerRecord<byte[], byte[]> record) {
    List<byte[]> parts = new ArrayList<>();
    parts.add(record.key());
    parts.add(record.value());
    for (Header header : record.headers()) {
      parts.add(header.key().getBytes(StandardCharsets.UTF_8));
      parts.add(header.value());
    }
    return forms.entrySet().stream()
        .filter(
            form ->
                parts.stream().anyMatch(part -> part != null && contains(part, form.getValue())))
        .map(
            form ->
                "%s in %s-%d at %d"
                    .formatted(form.getKey(), record.topic(), record.partition(), record.offset()))
        .toList();
  }

  private static boolean contains(byte[] bytes, byte[] form) {
    byte first = form[0];
    for (int at = 0; at <= bytes.length - form.length; at++) {
      if (bytes[at] == first && Arrays.equals(bytes, at, at + form.length, form, 0, form.length)) {
        return true;
      }
    }
    return false;
  }
}
