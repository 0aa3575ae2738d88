package dev.sensei.cli.proof;

import dev.sensei.platform.PostgresServer.Endpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Looks for values, in all the forms they may take, in every byte of every file. */
final class Search {
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
        byte[] bytes = Files.readAllBytes(file);
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

  /** Where a text was found in the rows of a database, which the files may hold compressed. */
  List<String> in(Endpoint endpoint) throws SQLException {
    ProofDatabase database = new ProofDatabase(endpoint);
    List<String> found = new ArrayList<>();
    for (String table : database.contents().keySet()) {
      for (String text : texts) {
        long rows =
            database.count("%s t WHERE position('%s' IN t::text) > 0".formatted(table, text));
        if (rows > 0) {
          found.add("%s in %d rows of %s".formatted(text, rows, table));
        }
      }
    }
    return found;
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
