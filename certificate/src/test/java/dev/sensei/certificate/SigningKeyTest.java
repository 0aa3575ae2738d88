package dev.sensei.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SigningKeyTest {
  @TempDir Path directory;

  @Test
  void theKeyIsMadeOnFirstUseForItsOwnerOnlyAndKept() throws Exception {
    SigningKey first = SigningKey.openOrCreate(directory);

    Path file = SigningKey.fileIn(directory);
    assertThat(permissions(file)).isEqualTo("rw-------");
    assertThat(permissions(directory.resolve("keys"))).isEqualTo("rwx------");
    assertThat(SigningKey.openOrCreate(directory).keyId()).isEqualTo(first.keyId());
    assertThat(SigningKey.read(file).keyId()).isEqualTo(first.keyId());
    try (var files = Files.list(directory.resolve("keys"))) {
      assertThat(files.map(each -> each.getFileName().toString()))
          .containsExactlyInAnyOrder("certificate-signing.jwk", "certificate-signing.pub.pem");
    }
  }

  @Test
  void aKeyFileThatOthersCanReadIsRefusedWithWhatToDo() throws Exception {
    SigningKey.openOrCreate(directory);
    Path file = SigningKey.fileIn(directory);
    for (String open : List.of("rw-r-----", "rw----r--", "rw--w----", "rwx------")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(open));

      assertThatThrownBy(() -> SigningKey.openOrCreate(directory))
          .isInstanceOf(KeyFileException.class)
          .hasMessageContaining("chmod 600 " + file);
    }
  }

  @Test
  void manyAtOnceGetTheSameKey() throws Exception {
    Set<String> ids = new HashSet<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<SigningKey>> keys = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        keys.add(threads.submit(() -> SigningKey.openOrCreate(directory)));
      }
      for (Future<SigningKey> key : keys) {
        ids.add(key.get().keyId());
      }
    }
    assertThat(ids).hasSize(1);
  }

  @Test
  void aDamagedKeyIsRefusedWithoutShowingIt() throws Exception {
    SigningKey key = SigningKey.openOrCreate(directory);
    SigningKey other = SigningKey.openOrCreate(directory.resolve("other"));
    Path file = SigningKey.fileIn(directory);
    String secret = key.pair().getD().toString();

    Files.writeString(
        file,
        Files.readString(file)
            .replace(key.pair().getX().toString(), other.pair().getX().toString()));
    assertThatThrownBy(() -> SigningKey.read(file))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("damaged")
        .hasMessageNotContaining(secret);

    Files.writeString(file, "{\"d\":\"" + secret);
    assertThatThrownBy(() -> SigningKey.read(file))
        .isInstanceOf(KeyFileException.class)
        .hasNoCause()
        .hasMessageNotContaining(secret);
  }

  @Test
  void aPrivateKeyIsNotTakenForAPublicOne() throws Exception {
    SigningKey key = SigningKey.openOrCreate(directory);

    assertThatThrownBy(() -> VerificationKey.read(SigningKey.fileIn(directory)))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("private key")
        .hasMessageNotContaining(key.pair().getD().toString());
    assertThat(key.toString()).doesNotContain(key.pair().getD().toString());
  }

  @Test
  void aMissingOrForeignPublicKeyIsNamed() throws Exception {
    Path missing = directory.resolve("nowhere.pem");
    assertThatThrownBy(() -> VerificationKey.read(missing))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("nowhere.pem");
    for (String content :
        List.of(
            "",
            "hello",
            "{}",
            "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" + "A".repeat(43) + "\"}",
            "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n")) {
      Path file = Files.writeString(directory.resolve("key.pem"), content);
      assertThatThrownBy(() -> VerificationKey.read(file))
          .as(content)
          .isInstanceOf(KeyFileException.class)
          .hasMessageContaining("key.pem");
    }
  }

  private static String permissions(Path file) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
