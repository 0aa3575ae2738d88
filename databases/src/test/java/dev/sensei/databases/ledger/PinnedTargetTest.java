package dev.sensei.databases.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.databases.TwoDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

class PinnedTargetTest {
  @Test
  void piecesOfXmlAreTakenWhateverTheTargetDatabaseSays() throws SQLException {
    TwoDatabases databases = TwoDatabases.fresh();
    databases.onTarget(
        "ALTER DATABASE " + databases.targetEndpoint().database() + " SET xmloption = document");
    try (Connection target = databases.target()) {
      assertThat(TwoDatabases.ask(target, "SHOW xmloption")).isEqualTo("document");
      target.setAutoCommit(false);
      LedgerTransaction.pin(target, true, List.of());
      assertThat(TwoDatabases.ask(target, "SHOW xmloption")).isEqualTo("content");
      target.rollback();
      assertThat(TwoDatabases.ask(target, "SHOW xmloption")).isEqualTo("document");
    }
  }
}
