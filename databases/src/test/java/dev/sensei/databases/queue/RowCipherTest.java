package dev.sensei.databases.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowCipherTest {
  private static final RowContent ROW =
      new RowContent(
          List.of(
              new RowContent.Value("id", Optional.of("7")),
              new RowContent.Value("name", Optional.of("canary4711")),
              new RowContent.Value("note", Optional.empty())));

  @TempDir Path directory;

  @Test
  void aRowComesBackInItsContextAlone() throws QueueKeyException {
    RowCipher cipher = new RowCipher(QueueKey.openOrCreate(directory));
    byte[] sealed = cipher.seal(ROW.bytes(), "here");

    assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("canary");
    assertThat(cipher.open(sealed, "here").map(RowContent::read)).contains(ROW);
    assertThat(cipher.open(sealed, "there")).isEmpty();
    sealed[sealed.length - 1] ^= 1;
    assertThat(cipher.open(sealed, "here")).isEmpty();
    assertThat(ROW.toString()).doesNotContain("canary");
  }

  @Test
  void aKeyIsMadeOnceForItsOwnerAloneAndAnotherOpensNothing() throws Exception {
    RowCipher cipher = new RowCipher(QueueKey.openOrCreate(directory));
    RowCipher again = new RowCipher(QueueKey.openOrCreate(directory));
    RowCipher other = new RowCipher(QueueKey.openOrCreate(directory.resolve("other")));
    byte[] sealed = cipher.seal(ROW.bytes(), "here");

    assertThat(again.open(sealed, "here")).isPresent();
    assertThat(again.keyId()).isEqualTo(cipher.keyId());
    assertThat(again.hash("x")).isEqualTo(cipher.hash("x")).hasSize(64);
    assertThat(other.open(sealed, "here")).isEmpty();
    assertThat(other.keyId()).isNotEqualTo(cipher.keyId());
    assertThat(other.hash("x")).isNotEqualTo(cipher.hash("x"));
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(QueueKey.fileIn(directory))))
        .isEqualTo("rw-------");
  }

  @Test
  void whoReadsRowsMakesNoKey() throws Exception {
    assertThatThrownBy(() -> QueueKeys.presentIn(directory).cipher(Optional.empty()))
        .isInstanceOf(QueueKeyException.class)
        .hasMessageContaining(QueueKey.fileIn(directory).toString())
        .hasMessageContaining("found none");
    assertThat(QueueKey.fileIn(directory)).doesNotExist();

    String made = QueueKeys.in(directory).cipher(Optional.empty()).keyId();
    assertThat(QueueKeys.presentIn(directory).cipher(Optional.empty()).keyId()).isEqualTo(made);
  }

  @Test
  void whatIsNoKeyIsRefusedAndNotQuoted() throws Exception {
    Path file = directory.resolve("wrong");
    Files.writeString(file, "c2hvcnQgc2VjcmV0\n");
    assertThatThrownBy(() -> QueueKey.resolve("file://" + file))
        .isInstanceOf(QueueKeyException.class)
        .hasMessageContaining("32 bytes in Base64")
        .hasMessageNotContaining("c2hvcnQ");
    assertThatThrownBy(() -> QueueKey.resolve("env://SENSEI_NO_SUCH_VARIABLE"))
        .isInstanceOf(QueueKeyException.class);
  }

  @Test
  void aRowIsKnownByItsKeyOrAllOfIt() {
    assertThat(ROW.keyText(List.of("id"))).contains("7").doesNotContain("canary");
    assertThat(ROW.keyText(List.of())).contains("7", "canary");
  }
}
