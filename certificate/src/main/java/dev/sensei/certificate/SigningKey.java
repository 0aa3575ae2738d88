package dev.sensei.certificate;

import com.google.crypto.tink.subtle.Ed25519Sign;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.text.ParseException;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;

/**
 * An installation's Ed25519 private key, kept as a JWK that only its owner can read.
 *
 * <p>Its text form never holds the key.
 */
public final class SigningKey {
  private static final String DIRECTORY = "keys";
  private static final String PRIVATE_FILE = "certificate-signing.jwk";
  private static final String PUBLIC_FILE = "certificate-signing.pub.pem";
  private static final int KEY_BYTES = 32;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
  private static final Set<PosixFilePermission> OWNER_ONLY_DIRECTORY =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private final OctetKeyPair pair;
  private final VerificationKey verificationKey;

  private SigningKey(OctetKeyPair pair) {
    this.pair = pair;
    this.verificationKey = VerificationKey.of(pair);
  }

  /** Where an installation keeps its private key. */
  public static Path fileIn(Path dataDirectory) {
    return dataDirectory.resolve(DIRECTORY).resolve(PRIVATE_FILE);
  }

  /** Where an installation pins its public key, which {@code verify} uses where none is given. */
  public static Path publicFileIn(Path dataDirectory) {
    return dataDirectory.resolve(DIRECTORY).resolve(PUBLIC_FILE);
  }

  /**
   * The installation's key; made, with its public part beside it, where there is none yet. Two
   * processes that do so at the same time get the same key.
   *
   * @throws KeyFileException where it cannot be made or read, or where others can read it
   */
  public static SigningKey openOrCreate(Path dataDirectory) throws KeyFileException {
    Path file = fileIn(dataDirectory);
    try {
      if (!Files.exists(file)) {
        Files.createDirectories(dataDirectory);
        createOwnerOnlyDirectory(dataDirectory.resolve(DIRECTORY));
        create(file);
      }
      SigningKey key = read(file);
      key.pin(publicFileIn(dataDirectory));
      return key;
    } catch (IOException | UnsupportedOperationException e) {
      throw new KeyFileException(
          "cannot make the signing key %s (%s): the directory has to be writable, on a file system with owner permissions"
              .formatted(file, e.getClass().getSimpleName()),
          e);
    }
  }

  /**
   * Reads a private key from a JWK file, such as a configured one.
   *
   * @throws KeyFileException where it cannot be read, is no Ed25519 private key, or others can read
   *     it
   */
  public static SigningKey read(Path file) throws KeyFileException {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
      if (!OWNER_ONLY.containsAll(permissions)) {
        throw new KeyFileException(
            "the signing key %s is open to others (%s): run \"chmod 600 %s\", and make a new key if others may have read it"
                .formatted(file, PosixFilePermissions.toString(permissions), file));
      }
      if (Files.size(file) > VerificationKey.MAX_FILE_BYTES) {
        throw notAKey(file);
      }
      OctetKeyPair pair = OctetKeyPair.parse(Files.readString(file));
      if (!pair.isPrivate() || !pair.getCurve().equals(Curve.Ed25519)) {
        throw notAKey(file);
      }
      checkHalvesBelongTogether(pair, file);
      return new SigningKey(pair);
    } catch (NoSuchFileException e) {
      throw new KeyFileException(
          "there is no signing key %s: give the path of one that exists".formatted(file), e);
    } catch (IOException | UnsupportedOperationException e) {
      throw new KeyFileException(
          "cannot read the signing key %s (%s): its owner has to be able to read it"
              .formatted(file, e.getClass().getSimpleName()),
          e);
    } catch (ParseException | IllegalArgumentException | IllegalStateException e) {
      // The parser's message may quote the file, which holds the key.
      throw notAKey(file);
    }
  }

  /** The public part. */
  public VerificationKey verificationKey() {
    return verificationKey;
  }

  /** The key's RFC 7638 thumbprint. */
  public String keyId() {
    return verificationKey.keyId();
  }

  @Override
  public String toString() {
    return "SigningKey[" + keyId() + "]";
  }

  OctetKeyPair pair() {
    return pair;
  }

  private static void checkHalvesBelongTogether(OctetKeyPair pair, Path file)
      throws KeyFileException {
    try {
      byte[] derived = Ed25519Sign.KeyPair.newKeyPairFromSeed(pair.getDecodedD()).getPublicKey();
      if (!Base64URL.encode(derived).equals(pair.getX())) {
        throw new KeyFileException(
            "the signing key %s is damaged: its public part is not that of its private part"
                .formatted(file));
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw notAKey(file);
    }
  }

  private static KeyFileException notAKey(Path file) {
    return new KeyFileException(
        "%s is no Ed25519 private key: expected a JWK with kty OKP, crv Ed25519, x and d"
            .formatted(file));
  }

  private static void createOwnerOnlyDirectory(Path directory) throws IOException {
    try {
      Files.createDirectory(directory, attribute(OWNER_ONLY_DIRECTORY));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory)) {
        throw e;
      }
    }
  }

  private static void create(Path file) throws IOException {
    byte[] seed = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(seed);
    byte[] publicKey;
    try {
      publicKey = Ed25519Sign.KeyPair.newKeyPairFromSeed(seed).getPublicKey();
    } catch (GeneralSecurityException e) {
      throw new IOException("Ed25519 is not available", e);
    }
    OctetKeyPair pair =
        new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(publicKey))
            .d(Base64URL.encode(seed))
            .build();
    Path draft = file.resolveSibling("." + PRIVATE_FILE + "." + UUID.randomUUID());
    try {
      write(draft, pair.toJSONString() + "\n");
      // A link, unlike a rename, fails where another process was first; its key is then the one.
      Files.createLink(file, draft);
    } catch (FileAlreadyExistsException e) {
      return;
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private void pin(Path publicFile) throws IOException {
    String pem = verificationKey.toPem();
    if (Files.exists(publicFile) && Files.readString(publicFile).equals(pem)) {
      return;
    }
    Path draft = publicFile.resolveSibling("." + PUBLIC_FILE + "." + UUID.randomUUID());
    try {
      write(draft, pem);
      Files.move(draft, publicFile, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private static void write(Path file, String text) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            attribute(OWNER_ONLY))) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  private static FileAttribute<Set<PosixFilePermission>> attribute(
      Set<PosixFilePermission> permissions) {
    return PosixFilePermissions.asFileAttribute(permissions);
  }
}
