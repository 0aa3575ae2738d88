package dev.sensei.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.agents.journal.JournalException;
import dev.sensei.schemas.common.Failure;
import dev.sensei.schemas.common.FailureClass;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class FailuresTest {
  @Test
  void anErrorOfTheDatabaseIsClassifiedByItsStateAndItsMessageStaysBehind() {
    Failure failure =
        Failures.of(new SQLException("Key (email)=(ada@example.org) already exists.", "23505"));

    assertThat(failure.getFailureClass()).isEqualTo(FailureClass.DATA);
    assertThat(failure.getCode()).isEqualTo("23505");
    assertThat(failure.getMessage()).doesNotContain("ada@example.org");
  }

  @Test
  void aJournalThatIsLateIsTriedAgainAndOneThatCannotBeReadIsNot() {
    assertThat(Failures.of(new JournalException("LATE", "not there yet", true)))
        .returns(FailureClass.TRANSIENT, Failure::getFailureClass)
        .returns("LATE", Failure::getCode);
    assertThat(Failures.of(new JournalException("UNREADABLE", "no record", false)))
        .returns(FailureClass.DATA, Failure::getFailureClass);
  }

  @Test
  void aStackIsLoggedWithoutMessages() {
    String frames =
        Failures.frames(
            new IllegalStateException("ada@example.org", new SQLException("ada@example.org")));

    assertThat(frames)
        .contains(
            "java.lang.IllegalStateException", "caused by java.sql.SQLException", "FailuresTest")
        .doesNotContain("ada@example.org");
  }
}
