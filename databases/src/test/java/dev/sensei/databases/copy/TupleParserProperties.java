package dev.sensei.databases.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hashing;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class TupleParserProperties {
  private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(128);

  @Property(tries = 300)
  void tuplesAreFoundHoweverTheStreamIsCut(
      @ForAll long seed,
      @ForAll @IntRange(max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 5000) int piece) {
    Random random = new Random(seed);
    List<byte[]> tuples = tuples(random, rows);
    byte[] stream = stream(tuples, random.nextInt(20));
    List<byte[]> seen = new ArrayList<>();
    TupleParser parser = CopyFormat.BINARY.parser(collecting(seen));

    int position = 0;
    while (position < stream.length) {
      int length = Math.min(stream.length - position, 1 + random.nextInt(piece));
      parser.accept(stream, position, length);
      position += length;
    }
    parser.end();

    assertThat(seen).usingElementComparator(Arrays::compare).isEqualTo(tuples);
    assertThat(parser.sum().rows()).isEqualTo(rows);
    assertThat(parser.sum().bytes())
        .isEqualTo(tuples.stream().mapToLong(tuple -> tuple.length).sum());
    assertThat(parser.sum().result().digest()).isEqualTo(expected(tuples));
  }

  @Property(tries = 100)
  void theDigestIsAdditiveAndDoesNotDependOnOrder(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 60) int rows) {
    Random random = new Random(seed);
    List<byte[]> tuples = new ArrayList<>(tuples(random, rows));
    TransportDigest whole = digest(tuples);
    int cut = random.nextInt(rows);
    assertThat(digest(tuples.subList(0, cut)).plus(digest(tuples.subList(cut, rows))))
        .isEqualTo(whole);
    Collections.shuffle(tuples, random);
    assertThat(digest(tuples)).isEqualTo(whole);
    assertThat(TransportDigest.parse(whole.hex())).isEqualTo(whole);

    List<byte[]> twice = new ArrayList<>(tuples);
    twice.addAll(tuples);
    assertThat(digest(twice)).isNotEqualTo(whole).isNotEqualTo(TransportDigest.ZERO);
  }

  @Property(tries = 100)
  void aStreamThatEndsEarlyIsRefused(@ForAll long seed, @ForAll @IntRange(max = 10) int rows) {
    Random random = new Random(seed);
    byte[] stream = stream(tuples(random, rows), 0);
    TupleParser parser = CopyFormat.BINARY.parser();
    parser.accept(stream, 0, random.nextInt(stream.length));
    assertThatThrownBy(parser::end).isInstanceOf(MalformedCopyStream.class);
  }

  @Property(tries = 300)
  void linesAreFoundHoweverTheStreamIsCut(
      @ForAll long seed,
      @ForAll @IntRange(max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 5000) int piece) {
    Random random = new Random(seed);
    List<byte[]> lines = lines(random, rows);
    byte[] stream = joined(lines);
    List<byte[]> seen = new ArrayList<>();
    TupleParser parser = CopyFormat.TEXT.parser(collecting(seen));

    int position = 0;
    while (position < stream.length) {
      int length = Math.min(stream.length - position, 1 + random.nextInt(piece));
      parser.accept(stream, position, length);
      position += length;
    }
    parser.end();

    assertThat(seen).usingElementComparator(Arrays::compare).isEqualTo(lines);
    assertThat(parser.sum().result())
        .isEqualTo(new ChunkResult(rows, stream.length, expected(lines)));
  }

  @Property(tries = 50)
  void aLineThatIsCutOffIsRefused(@ForAll long seed) {
    byte[] stream = joined(lines(new Random(seed), 3));
    TupleParser parser = CopyFormat.TEXT.parser();
    parser.accept(stream, 0, stream.length);
    parser.end();
    parser.accept(new byte[] {'x'}, 0, 1);
    assertThatThrownBy(parser::end).isInstanceOf(MalformedCopyStream.class);
  }

  private static List<byte[]> lines(Random random, int rows) {
    List<byte[]> lines = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      byte[] line =
          new byte[1 + (random.nextInt(10) == 0 ? random.nextInt(9000) : random.nextInt(12))];
      random.nextBytes(line);
      for (int at = 0; at < line.length; at++) {
        if (line[at] == '\n') {
          line[at] = 't';
        }
      }
      line[line.length - 1] = '\n';
      lines.add(line);
    }
    return lines;
  }

  private static byte[] joined(List<byte[]> lines) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    lines.forEach(all::writeBytes);
    return all.toByteArray();
  }

  private static TransportDigest digest(List<byte[]> tuples) {
    byte[] stream = stream(tuples, 0);
    TupleParser parser = CopyFormat.BINARY.parser();
    parser.accept(stream, 0, stream.length);
    parser.end();
    return parser.sum().result().digest();
  }

  private static TransportDigest expected(List<byte[]> tuples) {
    BigInteger sum = BigInteger.ZERO;
    for (byte[] tuple : tuples) {
      HashValue128 hash = Hashing.xxh3_128().hashBytesTo128Bits(tuple);
      sum = sum.add(new BigInteger(hash.toString().substring(2), 16)).mod(MODULUS);
    }
    return new TransportDigest(sum.shiftRight(64).longValue(), sum.longValue());
  }

  private static TupleParser.TupleSink collecting(List<byte[]> seen) {
    return new TupleParser.TupleSink() {
      private final ByteArrayOutputStream current = new ByteArrayOutputStream();

      @Override
      public void part(byte[] data, int from, int length) {
        current.write(data, from, length);
      }

      @Override
      public void end() {
        seen.add(current.toByteArray());
        current.reset();
      }
    };
  }

  private static List<byte[]> tuples(Random random, int rows) {
    List<byte[]> tuples = new ArrayList<>();
    int fields = random.nextInt(6);
    for (int row = 0; row < rows; row++) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (DataOutputStream out = new DataOutputStream(bytes)) {
        out.writeShort(fields);
        for (int field = 0; field < fields; field++) {
          if (random.nextInt(5) == 0) {
            out.writeInt(-1);
          } else {
            byte[] value =
                new byte[random.nextInt(10) == 0 ? random.nextInt(9000) : random.nextInt(12)];
            random.nextBytes(value);
            out.writeInt(value.length);
            out.write(value);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      tuples.add(bytes.toByteArray());
    }
    return tuples;
  }

  private static byte[] stream(List<byte[]> tuples, int extension) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.write(new byte[] {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0});
      out.writeInt(0);
      out.writeInt(extension);
      out.write(new byte[extension]);
      for (byte[] tuple : tuples) {
        out.write(tuple);
      }
      out.writeShort(-1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
