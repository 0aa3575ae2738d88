package dev.sensei.schemas;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;

/**
 * The hash that chains a migration's journal: SHA-256 over sequence (8 bytes, big-endian), time
 * (milliseconds since 1970, 8 bytes, big-endian), previous hash (32 bytes), the SHA-256 fingerprint
 * of the schema's parsing canonical form (32 bytes) and the record's Avro body.
 *
 * <p>The registry's id of a schema is no part of it: another registry gives the same hash.
 */
public final class JournalHash {
  /** What the first record of a chain has as its previous hash: 64 zeros. */
  public static final String GENESIS = "0".repeat(64);

  private static final HexFormat HEX = HexFormat.of();
  private static final Map<Schema, byte[]> FINGERPRINTS = new ConcurrentHashMap<>();

  static {
    TrustedRecords.trust();
  }

  private JournalHash() {}

  /** The hash of a record that is to stand at {@code sequence}, in 64 hex digits. */
  public static String of(long sequence, Instant time, String previousHash, SpecificRecord event) {
    return of(sequence, time, previousHash, event.getSchema(), ByteBuffer.wrap(body(event)));
  }

  /** The hash of a record by the bytes of its body, as they were read. */
  public static String of(
      long sequence, Instant time, String previousHash, Schema schema, ByteBuffer body) {
    MessageDigest digest = sha256();
    digest.update(
        ByteBuffer.allocate(2 * Long.BYTES).putLong(sequence).putLong(time.toEpochMilli()).flip());
    digest.update(HEX.parseHex(previousHash));
    digest.update(FINGERPRINTS.computeIfAbsent(schema, JournalHash::fingerprint));
    digest.update(body.duplicate());
    return HEX.formatHex(digest.digest());
  }

  /** The record's Avro body, without the wire format's prefix. */
  public static byte[] body(SpecificRecord event) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
      new SpecificDatumWriter<SpecificRecord>(event.getSchema()).write(event, encoder);
      encoder.flush();
      return bytes.toByteArray();
    } catch (IOException impossible) {
      throw new UncheckedIOException("a record in memory could not be encoded", impossible);
    }
  }

  private static byte[] fingerprint(Schema schema) {
    try {
      return SchemaNormalization.parsingFingerprint("SHA-256", schema);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}
