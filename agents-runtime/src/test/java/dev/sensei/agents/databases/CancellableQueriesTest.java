package dev.sensei.agents.databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.agents.TaskReleasedException;
import dev.sensei.agents.databases.CancellableQueries.Query;
import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresSettings;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Queries that nobody would wait for. */
@Timeout(60)
class CancellableQueriesTest {
  private static final String FOR_EVER = "SELECT pg_sleep(3600)";

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static PostgresServer server;

  @SuppressWarnings("NullAway.Init") // set before every test
  private Connection one;

  @SuppressWarnings("NullAway.Init") // set before every test
  private Connection other;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    server = PostgresServer.start(PostgresSettings.in(directory));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void connect() throws SQLException {
    one = server.endpoint().connect();
    other = server.endpoint().connect();
  }

  @AfterEach
  void close() throws SQLException {
    one.close();
    other.close();
  }

  private static String ask(Connection session, String sql) throws SQLException {
    try (Statement statement = session.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static Query<String> query(Connection session, String sql) {
    return new Query<>(session, () -> ask(session, sql));
  }

  @Test
  void answersComeInTheOrderOfTheQuestions() throws Exception {
    assertThat(
            CancellableQueries.ask(
                () -> false,
                List.of(
                    query(one, "SELECT 'one' FROM pg_sleep(0.5)"), query(other, "SELECT 'other'"))))
        .containsExactly("one", "other");
  }

  @Test
  void whatIsNotWantedAnyMoreIsCancelledOnAllSessions() throws Exception {
    assertThatThrownBy(
            () ->
                CancellableQueries.ask(
                    () -> true, List.of(query(one, FOR_EVER), query(other, FOR_EVER))))
        .isInstanceOf(TaskReleasedException.class);
    assertThat(ask(one, "SELECT 1")).isEqualTo(ask(other, "SELECT 1"));
  }

  @Test
  void aFailureOfAnyCancelsTheOthers() throws Exception {
    for (boolean first : List.of(true, false)) {
      Query<String> fails = query(one, "SELECT 1 / 0");
      Query<String> sleeps = query(other, FOR_EVER);
      assertThatThrownBy(
              () ->
                  CancellableQueries.ask(
                      () -> false, first ? List.of(fails, sleeps) : List.of(sleeps, fails)))
          .isInstanceOfSatisfying(
              SQLException.class, failed -> assertThat(failed.getSQLState()).isEqualTo("22012"));
      assertThat(ask(other, "SELECT 1")).isEqualTo("1");
    }
  }
}
