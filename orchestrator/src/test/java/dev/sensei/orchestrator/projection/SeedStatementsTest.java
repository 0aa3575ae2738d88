package dev.sensei.orchestrator.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ControlDatabases.class)
class SeedStatementsTest {
  private static final SeedStatements SEED = SeedStatements.read();

  @Test
  void theDocumentHoldsWhatItDid() {
    assertThat(SEED.plain()).hasSize(20);
    assertThat(SEED.reports()).hasSize(4);
    assertThat(SEED.parameterised()).hasSize(4);
  }

  @Test
  void everyStatementRunsInTheDocumentsOrderEachInATransactionOfItsOwn(ControlDatabase database)
      throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      for (String sql : SEED.plain()) {
        statement.execute(sql);
      }
      assertThat(rows(statement, "SELECT id FROM migration_control ORDER BY id"))
          .containsExactly("1", "2", "3", "4", "8", "10", "11", "12", "13", "1001", "1002", "1003");
    }
  }

  @Test
  void everyStatementRunsInOneTransactionWhereNowStandsStill(ControlDatabase database)
      throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (String sql : SEED.plain()) {
        statement.execute(sql);
      }
      connection.commit();
      assertThat(
              rows(
                  statement,
                  "SELECT count(*) FROM migration_control WHERE completed_at <= started_at"))
          .containsExactly("0");
    }
  }

  @Test
  void everyStatementRunsAloneOnAnEmptyTable(ControlDatabase database) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      for (String sql : SEED.plain()) {
        statement.execute("TRUNCATE migration_control");
        statement.execute(sql);
      }
    }
  }

  @Test
  void everyQueryWithParametersRunsAsItStands(ControlDatabase database) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      for (String sql : SEED.plain()) {
        statement.execute(sql);
      }
      List<String> arguments = List.of("(500, 3)", "('execution')", "", "('brackets')");
      List<List<String>> answers = new ArrayList<>();
      for (int i = 0; i < SEED.parameterised().size(); i++) {
        statement.execute("PREPARE q" + i + " AS " + SEED.parameterised().get(i));
        answers.add(rows(statement, "EXECUTE q" + i + arguments.get(i)));
      }
      assertThat(answers.get(1)).contains("brackets", "cases");
      assertThat(answers.get(3)).containsExactly("1569");
      assertThat(rows(statement, "SELECT status FROM migration_control WHERE id = 3"))
          .containsExactly("running");
    }
  }

  @Test
  void columnsStandInTheDocumentsOrderAndWhatIsAddedHasDefaults(ControlDatabase database)
      throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      List<String> columns =
          rows(
              statement,
              "SELECT column_name FROM information_schema.columns"
                  + " WHERE table_name = 'migration_control' ORDER BY ordinal_position");
      assertThat(columns).startsWith(SeedStatements.columns().toArray(String[]::new));
      assertThat(
              rows(
                  statement,
                  "SELECT column_name FROM information_schema.columns"
                      + " WHERE table_name = 'migration_control' AND ordinal_position > 14"
                      + " AND is_nullable = 'NO' AND column_default IS NULL"))
          .isEmpty();
    }
  }

  @Test
  void nothingCompletesBeforeItStarted(ControlDatabase database) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      assertThatThrownBy(
              () ->
                  statement.execute(
                      """
                      INSERT INTO migration_control
                        (phase, table_name, operation, status, started_at, completed_at)
                      VALUES ('execution', 't', 'o', 'completed',
                        '2026-01-01 10:00', '2026-01-01 09:00')
                      """))
          .hasMessageContaining("migration_control_time_check");
    }
  }

  /** The first column of every row. */
  static List<String> rows(Statement statement, String sql) throws SQLException {
    List<String> values = new ArrayList<>();
    if (statement.execute(sql)) {
      try (ResultSet result = statement.getResultSet()) {
        while (result.next()) {
          values.add(String.valueOf(result.getString(1)));
        }
      }
    }
    return values;
  }
}
