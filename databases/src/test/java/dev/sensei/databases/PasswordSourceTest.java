package dev.sensei.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PasswordSourceTest {
  private static final DatabaseUri SHOP = DatabaseUri.parse("postgresql://anna@db:5432/shop");

  @TempDir Path home;

  @Test
  void theUriComesFirst() {
    Map<String, String> environment = Map.of("SOURCE_PGPASSWORD", "other", "PGPASSWORD", "third");

    assertThat(source(environment).resolve(SHOP.withPassword("own"))).contains("own");
  }

  @Test
  void aReferenceComesBeforeTheEnvironment() throws IOException {
    Path file = Files.writeString(home.resolve("secret"), "from file\n");
    Map<String, String> environment = Map.of("NAMED", "from env", "PGPASSWORD", "third");

    assertThat(source(environment).resolve(with("env://NAMED"))).contains("from env");
    assertThat(source(environment).resolve(with("file://" + file))).contains("from file");
  }

  @Test
  void theVariableOfTheSideComesBeforeTheCommonOne() {
    Map<String, String> environment =
        Map.of("SOURCE_PGPASSWORD", "source", "TARGET_PGPASSWORD", "target", "PGPASSWORD", "both");

    assertThat(source(environment).resolve(SHOP)).contains("source");
    assertThat(new PasswordSource(DatabaseRole.TARGET, environment, home).resolve(SHOP))
        .contains("target");
    assertThat(source(Map.of("PGPASSWORD", "both")).resolve(SHOP)).contains("both");
  }

  @Test
  void thePasswordFileComesLast() throws IOException {
    passwordFile(
        "# comment\ndb:5433:*:*:wrong\n*:*:shop:an\\:na:wrong\ndb:*:shop:anna:it\\:s\\\\me:x\n");

    assertThat(source(Map.of()).resolve(SHOP)).contains("it:s\\me");
    assertThat(source(Map.of()).resolve(SHOP.withDatabase("other"))).isEmpty();
  }

  @Test
  void aPasswordFileThatOthersMayReadIsIgnored() throws IOException {
    Path file = passwordFile("*:*:*:*:secret\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

    assertThat(source(Map.of()).resolve(SHOP)).isEmpty();
  }

  @Test
  void anotherPasswordFileMayBeNamed() throws IOException {
    Path file = passwordFile("*:*:*:*:secret\n");
    Path moved = Files.move(file, home.resolve("elsewhere"));

    assertThat(source(Map.of("PGPASSFILE", moved.toString())).resolve(SHOP)).contains("secret");
    assertThat(source(Map.of()).resolve(SHOP)).isEmpty();
  }

  @Test
  void aReferenceThatNamesNothingSaysWhatToDo() {
    assertThatThrownBy(() -> source(Map.of()).resolve(with("env://MISSING")))
        .hasMessageContaining("MISSING")
        .hasMessageContaining("set it");
    assertThatThrownBy(() -> source(Map.of()).resolve(with("file:///no/such/file")))
        .hasMessageContaining("/no/such/file");
    assertThatThrownBy(() -> source(Map.of()).resolve(with("vault://kv/shop")))
        .hasMessageContaining("not supported yet");
  }

  private PasswordSource source(Map<String, String> environment) {
    return new PasswordSource(DatabaseRole.SOURCE, environment, home);
  }

  private static DatabaseUri with(String reference) {
    return DatabaseUri.parse("postgresql://anna@db/shop?passwordref=" + reference);
  }

  private Path passwordFile(String text) throws IOException {
    Path file = Files.writeString(home.resolve(".pgpass"), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }
}
