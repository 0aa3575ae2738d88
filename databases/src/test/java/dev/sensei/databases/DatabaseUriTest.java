package dev.sensei.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotBlank;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseUriTest {
  @Test
  void allPartsAreRead() {
    DatabaseUri uri =
        DatabaseUri.parse(
            "postgresql://an%40na:p%3Aw%2F%25@db.example:6543/my%20db?sslmode=require&connect_timeout=7");

    assertThat(uri)
        .isEqualTo(
            new DatabaseUri(
                "an@na",
                Optional.of("p:w/%"),
                "db.example",
                6543,
                "my db",
                Map.of("sslmode", "require", "connect_timeout", "7")));
    assertThat(uri.jdbcUrl()).isEqualTo("jdbc:postgresql://db.example:6543/my%20db");
  }

  @Test
  void whatIsLeftOutHasDefaults() {
    DatabaseUri uri = DatabaseUri.parse("postgres://localhost/shop");

    assertThat(uri.port()).isEqualTo(5432);
    assertThat(uri.user()).isEqualTo(System.getProperty("user.name"));
    assertThat(uri.password()).isEmpty();
  }

  @Test
  void anAddressOfVersionSixStandsInBrackets() {
    DatabaseUri uri = DatabaseUri.parse("postgresql://anna@[::1]:6000/shop");

    assertThat(uri.host()).isEqualTo("::1");
    assertThat(uri.jdbcUrl()).isEqualTo("jdbc:postgresql://[::1]:6000/shop");
    assertThat(uri).hasToString("postgresql://anna@[::1]:6000/shop");
    assertThat(DatabaseUri.parse("postgresql://anna@[::1]/shop").port()).isEqualTo(5432);
  }

  @Test
  void thePasswordIsNeverShown() {
    DatabaseUri uri = DatabaseUri.parse("postgresql://anna:s3cret@localhost/shop");

    assertThat(uri).hasToString("postgresql://anna@localhost:5432/shop");
    assertThat(uri.jdbcUrl()).doesNotContain("s3cret");
    assertThat(uri.withoutPassword().password()).isEmpty();
    assertThatThrownBy(() -> DatabaseUri.parse("postgresql://anna:s3cret@localhost:s3cret"))
        .hasMessageNotContaining("s3cret");
    assertThatThrownBy(() -> DatabaseUri.parse("postgresql://anna:s3/cret@localhost/shop"))
        .hasMessageNotContaining("cret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mysql://a@b/c | MySQL and MariaDB are not supported yet",
        "mariadb://a@b/c | MySQL and MariaDB are not supported yet",
        "oracle://a@b/c | only PostgreSQL",
        "localhost/shop | found no scheme",
        "postgresql://a@b | found no database",
        "postgresql://a@b/ | found no database",
        "postgresql://a@/c | found no host",
        "postgresql://a@b:x/c | as the port",
        "postgresql://a@b:70000/c | from 1 to 65535",
        "postgresql://a@[::1/c | closing bracket",
        "postgresql://a@b/c?sslmode=maybe | as sslmode",
        "postgresql://a@b/c?colour=red | found colour",
        "postgresql://a@b/c%zz | two hexadecimal digits",
        "postgresql://a@b,c/d | name one host",
      })
  void anythingElseIsRefusedWithWhatToDo(String text, String message) {
    assertThatThrownBy(() -> DatabaseUri.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("found");
  }

  @Property
  void whatIsWrittenIsReadBack(@ForAll @NotBlank String user, @ForAll @NotBlank String database) {
    DatabaseUri uri =
        new DatabaseUri(wellFormed(user), Optional.empty(), "h", 1, wellFormed(database), Map.of());

    assertThat(DatabaseUri.parse(uri.toString())).isEqualTo(uri);
  }

  /** Lone surrogates have no form in UTF-8. */
  private static String wellFormed(String text) {
    return "x"
        + new String(
            text.getBytes(java.nio.charset.StandardCharsets.UTF_8),
            java.nio.charset.StandardCharsets.UTF_8);
  }
}
