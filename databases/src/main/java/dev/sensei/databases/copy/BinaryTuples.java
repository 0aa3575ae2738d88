package dev.sensei.databases.copy;

import com.dynatrace.hash4j.hashing.HashStream128;
import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;
import java.util.Arrays;

/**
 * Finds the tuples in COPY's binary format. Makes no object for a value.
 *
 * <p>A piece that holds a whole tuple, which is how the server sends them, takes the short way: hop
 * from length to length, hash in place. A tuple that spans pieces is followed byte by byte and
 * hashed in a stream.
 *
 * <p>The format: an 11-byte signature, 4 bytes of flags, a 4-byte length and that many bytes of
 * extension; then tuples, each a 2-byte field count and for each field a 4-byte length (-1 is NULL)
 * and its bytes; then a field count of -1.
 */
final class BinaryTuples implements TupleParser {
  private static final byte[] SIGNATURE = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0
  };
  private static final Hasher128 HASHER = Hashing.xxh3_128();
  private static final int FLAGS_AND_EXTENSION_LENGTH = 8;
  private static final int OID_FLAG = 1 << 16;

  private enum At {
    SIGNATURE,
    FLAGS,
    EXTENSION_LENGTH,
    EXTENSION,
    TUPLE,
    FIELD_LENGTH,
    FIELD,
    END
  }

  private final TupleSink sink;
  private final TupleSum sum = new TupleSum();
  private final HashStream128 spanning = HASHER.hashStream();
  private At at = At.SIGNATURE;

  /** Bytes of the number being read, or of the extension or field being skipped. */
  private int need = SIGNATURE.length;

  private int number;
  private int fieldsLeft;
  private long spanningBytes;

  BinaryTuples(TupleSink sink) {
    this.sink = sink;
  }

  /** A signature, no flags and no extension. */
  static byte[] header() {
    return Arrays.copyOf(SIGNATURE, SIGNATURE.length + FLAGS_AND_EXTENSION_LENGTH);
  }

  /** A field count of -1. */
  static byte[] trailer() {
    return new byte[] {(byte) 0xFF, (byte) 0xFF};
  }

  @Override
  public TupleSum sum() {
    return sum;
  }

  @Override
  public void accept(byte[] data, int from, int length) {
    int position = from;
    int end = from + length;
    while (position < end) {
      if (at == At.TUPLE && need == 2) {
        int tupleEnd = wholeTuple(data, position, end);
        if (tupleEnd > 0) {
          HashValue128 hash = HASHER.hashBytesTo128Bits(data, position, tupleEnd - position);
          sink.part(data, position, tupleEnd - position);
          finish(hash, tupleEnd - position);
          position = tupleEnd;
          continue;
        }
      }
      position = step(data, position, end);
    }
  }

  @Override
  public void end() {
    if (at != At.END) {
      throw new MalformedCopyStream("it ended after " + sum.rows() + " rows without its trailer");
    }
  }

  /** Where the tuple that starts here ends, or -1 where it is not all there or is the trailer. */
  private static int wholeTuple(byte[] data, int start, int end) {
    if (end - start < 2) {
      return -1;
    }
    int fields = (short) ((data[start] << 8) | (data[start + 1] & 0xFF));
    if (fields < 0) {
      return -1;
    }
    int position = start + 2;
    for (int field = 0; field < fields; field++) {
      if (end - position < 4) {
        return -1;
      }
      int length = bigEndianInt(data, position);
      position += 4;
      if (length > 0) {
        if (length > end - position) {
          return -1;
        }
        position += length;
      } else if (length < -1) {
        throw new MalformedCopyStream("a field's length is " + length);
      }
    }
    return position;
  }

  private static int bigEndianInt(byte[] data, int at) {
    return (data[at] << 24)
        | ((data[at + 1] & 0xFF) << 16)
        | ((data[at + 2] & 0xFF) << 8)
        | (data[at + 3] & 0xFF);
  }

  private int step(byte[] data, int position, int end) {
    return switch (at) {
      case SIGNATURE -> {
        if (data[position] != SIGNATURE[SIGNATURE.length - need]) {
          throw new MalformedCopyStream("it does not start with PGCOPY");
        }
        if (--need == 0) {
          expect(At.FLAGS, 4);
        }
        yield position + 1;
      }
      case FLAGS -> {
        if (numberComplete(data[position])) {
          if (number != 0) {
            throw new MalformedCopyStream(
                (number & OID_FLAG) != 0 ? "it carries OIDs" : "unknown flags " + number);
          }
          expect(At.EXTENSION_LENGTH, 4);
        }
        yield position + 1;
      }
      case EXTENSION_LENGTH -> {
        if (numberComplete(data[position])) {
          if (number < 0) {
            throw new MalformedCopyStream("the header's extension has length " + number);
          }
          if (number > 0) {
            expect(At.EXTENSION, number);
          } else {
            expect(At.TUPLE, 2);
          }
        }
        yield position + 1;
      }
      case EXTENSION -> {
        int skipped = Math.min(need, end - position);
        need -= skipped;
        if (need == 0) {
          expect(At.TUPLE, 2);
        }
        yield position + skipped;
      }
      case TUPLE -> {
        spanningPart(data, position, 1);
        if (numberComplete(data[position])) {
          fieldsLeft = (short) number;
          if (fieldsLeft == -1) {
            forgetSpanning();
            expect(At.END, 0);
          } else if (fieldsLeft < 0) {
            throw new MalformedCopyStream("a tuple has " + fieldsLeft + " fields");
          } else {
            nextField();
          }
        }
        yield position + 1;
      }
      case FIELD_LENGTH -> {
        spanningPart(data, position, 1);
        if (numberComplete(data[position])) {
          if (number < -1) {
            throw new MalformedCopyStream("a field's length is " + number);
          }
          fieldsLeft--;
          if (number > 0) {
            expect(At.FIELD, number);
          } else {
            nextField();
          }
        }
        yield position + 1;
      }
      case FIELD -> {
        int part = Math.min(need, end - position);
        spanningPart(data, position, part);
        need -= part;
        if (need == 0) {
          nextField();
        }
        yield position + part;
      }
      case END -> throw new MalformedCopyStream("bytes follow its trailer");
    };
  }

  private void expect(At next, int bytesOfIt) {
    at = next;
    need = bytesOfIt;
    number = 0;
  }

  private boolean numberComplete(byte next) {
    number = (number << 8) | (next & 0xFF);
    return --need == 0;
  }

  private void nextField() {
    if (fieldsLeft > 0) {
      expect(At.FIELD_LENGTH, 4);
      return;
    }
    HashValue128 hash = spanning.get();
    long length = spanningBytes;
    forgetSpanning();
    finish(hash, length);
    expect(At.TUPLE, 2);
  }

  private void spanningPart(byte[] data, int from, int length) {
    // The trailer starts like a tuple; its two bytes must not reach the sink.
    if (at == At.TUPLE) {
      if (need == 1) {
        byte[] count = {(byte) number, data[from]};
        if ((short) ((count[0] << 8) | (count[1] & 0xFF)) >= 0) {
          spanning.putBytes(count);
          spanningBytes = 2;
          sink.part(count, 0, 2);
        }
      }
      return;
    }
    spanning.putBytes(data, from, length);
    spanningBytes += length;
    sink.part(data, from, length);
  }

  private void forgetSpanning() {
    spanning.reset();
    spanningBytes = 0;
  }

  private void finish(HashValue128 hash, long length) {
    sum.add(hash, length);
    sink.end();
  }
}
