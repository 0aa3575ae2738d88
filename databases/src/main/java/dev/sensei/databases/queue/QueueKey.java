package dev.sensei.databases.queue;

import dev.sensei.databases.DatabaseRole;
import dev.sensei.databases.PasswordSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.UUID;

/**
 * The secret that rows in the error queue are encrypted with: 32 bytes, in Base64 wherever it is
 * kept. Who holds it can read the rows; without it they are lost. Its text form never holds it.
 */
public final class QueueKey {
  /** Bytes of the secret. */
  public static final int SECRET_BYTES = 32;

  private static final String FILE = "error-queue.key";

  private final byte[] secret;

  private QueueKey(byte[] secret) {
    this.secret = secret;
  }

  /** Where an installation keeps its key. */
  public static Path fileIn(Path dataDirectory) {
    return dataDirectory.resolve("keys").resolve(FILE);
  }

  /**
   * The installation's key; made, readable to its owner alone, where there is none yet. Two
   * processes that do so at once get the same.
   *
   * @throws QueueKeyException where it cannot be made or read
   */
  public static QueueKey openOrCreate(Path dataDirectory) throws QueueKeyException {
    Path file = fileIn(dataDirectory);
    try {
      if (!Files.exists(file)) {
        create(file);
      }
    } catch (IOException | UnsupportedOperationException e) {
      throw new QueueKeyException(
          "cannot make the error queue's key %s (%s): the directory has to be writable, on a file system with owner permissions"
              .formatted(file, e.getClass().getSimpleName()),
          e);
    }
    return resolve("file://" + file.toAbsolutePath());
  }

  /**
   * The installation's key, where there is one.
   *
   * @throws QueueKeyException where there is none, or it cannot be read
   */
  public static QueueKey open(Path dataDirectory) throws QueueKeyException {
    Path file = fileIn(dataDirectory);
    if (!Files.exists(file)) {
      throw new QueueKeyException(
          "expected the error queue's key at %s, found none: rows were encrypted with another one; say where that is, as env://NAME or file:///path: by errors.key of the spec, or --key of the command"
              .formatted(file));
    }
    return resolve("file://" + file.toAbsolutePath());
  }

  /**
   * The key that a reference stands for.
   *
   * @param reference {@code env://NAME} or {@code file:///path}
   * @throws QueueKeyException where it stands for none
   */
  public static QueueKey resolve(String reference) throws QueueKeyException {
    try {
      byte[] secret =
          Base64.getDecoder()
              .decode(new PasswordSource(DatabaseRole.TARGET).resolveReference(reference));
      if (secret.length == SECRET_BYTES) {
        return new QueueKey(secret);
      }
    } catch (IllegalArgumentException unusable) {
      // The cause may quote what stands there, which may be the key.
      throw new QueueKeyException(unusable(reference));
    }
    throw new QueueKeyException(unusable(reference));
  }

  private static String unusable(String reference) {
    return "expected %d bytes in Base64 as the error queue's key at %s, found none or others; make one with: head -c %d /dev/urandom | base64"
        .formatted(SECRET_BYTES, reference, SECRET_BYTES);
  }

  private static void create(Path file) throws IOException {
    Path directory = file.toAbsolutePath().resolveSibling("");
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    Path draft = file.resolveSibling("." + FILE + "." + UUID.randomUUID());
    try (FileChannel channel =
        FileChannel.open(
            draft,
            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer text =
          StandardCharsets.US_ASCII.encode(Base64.getEncoder().encodeToString(secret) + "\n");
      while (text.hasRemaining()) {
        channel.write(text);
      }
      channel.force(true);
      // A link, unlike a rename, fails where another process was first; its key is then the one.
      Files.createLink(file, draft);
    } catch (FileAlreadyExistsException madeMeanwhile) {
      return;
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  byte[] secret() {
    return secret;
  }

  @Override
  public String toString() {
    return "QueueKey";
  }
}
