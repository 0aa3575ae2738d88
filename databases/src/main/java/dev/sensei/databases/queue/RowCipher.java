package dev.sensei.databases.queue;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.subtle.AesGcmJce;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts rows for the error queue, by AES-256-GCM, and names them by a keyed hash of their key,
 * HMAC-SHA-256. The keys of both are derived from the queue's key by HKDF. Safe for use by several
 * threads.
 */
public final class RowCipher {
  private static final int KEY_BYTES = 32;
  private static final int ID_CHARACTERS = 16;

  private final Aead aead;
  private final SecretKey hashing;
  private final String keyId;

  public RowCipher(QueueKey key) {
    try {
      this.aead = new AesGcmJce(derive(key, "rows").getEncoded());
      this.hashing = derive(key, "key hashes");
      this.keyId = hmac(derive(key, "key id"), "id").substring(0, ID_CHARACTERS);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java 25 has AES, HMAC and HKDF", impossible);
    }
  }

  /** What the key is known by; tells nothing of it. */
  public String keyId() {
    return keyId;
  }

  /**
   * Encrypts.
   *
   * @param context what the row belongs to; it opens in the same context alone
   */
  public byte[] seal(byte[] content, String context) {
    try {
      return aead.encrypt(content, context.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("a row cannot be encrypted", impossible);
    }
  }

  /** Decrypts; empty where the key or the context is another, or the bytes were changed. */
  public Optional<byte[]> open(byte[] sealed, String context) {
    try {
      return Optional.of(aead.decrypt(sealed, context.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException notOurs) {
      return Optional.empty();
    }
  }

  /** The keyed hash of a text, 64 hex digits: nobody without the key can try values against it. */
  public String hash(String text) {
    try {
      return hmac(hashing, text);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java has HMAC-SHA-256", impossible);
    }
  }

  private static SecretKey derive(QueueKey key, String purpose) throws GeneralSecurityException {
    byte[] bytes =
        KDF.getInstance("HKDF-SHA256")
            .deriveData(
                HKDFParameterSpec.ofExtract()
                    .addIKM(key.secret())
                    .addSalt("sensei error queue".getBytes(StandardCharsets.UTF_8))
                    .thenExpand(purpose.getBytes(StandardCharsets.UTF_8), KEY_BYTES));
    return new SecretKeySpec(bytes, "HmacSHA256");
  }

  private static String hmac(SecretKey key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(key);
    return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
  }
}
