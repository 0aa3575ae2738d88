package dev.sensei.orchestrator.projection;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** The reports of the seed document on a table that the projection filled. */
public final class LiveReports {
  private LiveReports() {}

  /** Runs each, and sees that it has something to say. */
  public static void assertAllRun(ControlDatabase database) throws SQLException {
    SeedStatements seed = SeedStatements.read();
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      for (String report : seed.reports()) {
        boolean aboutFailures = report.contains("\nWHERE status = 'failed'");
        assertThat(SeedStatementsTest.rows(statement, report).isEmpty())
            .as(report)
            .isEqualTo(aboutFailures);
      }
      assertThat(
              SeedStatementsTest.rows(
                  statement,
                  "SELECT r.completion_percentage FROM ("
                      + seed.reports().get(1).replaceAll("(?s);.*", "")
                      + ") r WHERE r.status = 'completed' AND r.table_name <> '*'"))
          .containsOnly("100.00");
    }
  }
}
