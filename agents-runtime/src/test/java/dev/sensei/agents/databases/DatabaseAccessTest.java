package dev.sensei.agents.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.databases.DatabaseRole;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorClass;
import dev.sensei.schemas.common.DatabaseReference;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DatabaseAccessTest {
  private static final DatabaseReference REFERENCE =
      DatabaseReference.newBuilder()
          .setUri("postgresql://app@127.0.0.1:1/app")
          .setPasswordReference("env://APP_PASSWORD")
          .build();

  @Test
  void thePasswordThisProcessWasGivenComesFirst() {
    DatabaseAccess access =
        DatabaseAccess.withPasswords(Map.of("postgresql://app:old@127.0.0.1:1/app", "secret"));

    assertThat(access.resolve(REFERENCE).password()).contains("secret");
    assertThat(access.resolve(REFERENCE).toString()).doesNotContain("secret");
  }

  @Test
  void elseTheReferencesOwnPlaceIsKept() {
    assertThat(DatabaseAccess.byReference().resolve(REFERENCE).parameters())
        .containsEntry("passwordref", "env://APP_PASSWORD");
  }

  @Test
  void aServerThatIsNotThereIsTroubleThatMayPass() {
    DatabaseAccess access =
        DatabaseAccess.withPasswords(Map.of("postgresql://app@127.0.0.1:1/app", "secret"));

    assertThatThrownBy(() -> access.open(REFERENCE, DatabaseRole.SOURCE, "test"))
        .isInstanceOfSatisfying(
            DatabaseException.class,
            failed -> assertThat(failed.errorClass()).isEqualTo(ErrorClass.TRANSIENT))
        .hasMessageContaining("127.0.0.1:1")
        .hasMessageNotContaining("secret");
  }
}
