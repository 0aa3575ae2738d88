package dev.sensei.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresServerTest {
  @TempDir Path temporary;

  @Test
  void twoServersRunSideBySideEachWithItsOwnDatabasesRolesAndParameters() throws Exception {
    try (PostgresServer source =
            PostgresServer.start(
                PostgresSettings.in(temporary.resolve("source"))
                    .withSuperuser("postgres")
                    .with("work_mem", "7MB"));
        PostgresServer target =
            PostgresServer.start(PostgresSettings.in(temporary.resolve("target")))) {
      PostgresServer.Endpoint shop = source.createDatabase("the \"shop\"");
      source.createRole("reader", "it's secret");
      source.createDatabase("the \"shop\"");
      source.createRole("reader", "another");

      assertThat(ask(shop, "SHOW work_mem")).isEqualTo("7MB");
      assertThat(ask(shop, "SHOW fsync")).isEqualTo("on");
      assertThat(ask(shop, "SELECT current_user")).isEqualTo("postgres");
      assertThat(ask(target.endpoint(), "SHOW server_encoding")).isEqualTo("UTF8");
      assertThat(ask(shop.withUser("reader", "another"), "SELECT current_database()"))
          .isEqualTo("the \"shop\"");
      assertThatThrownBy(() -> ask(shop.withUser("reader", "wrong"), "SELECT 1"))
          .isInstanceOf(SQLException.class);
      assertThat(source.endpoint().password()).isNotEqualTo(target.endpoint().password());
      assertThat(source.endpoint().toString()).doesNotContain(source.endpoint().password());
    }
    assertThat(LauncherProcess.processesIn(temporary.toRealPath())).isEmpty();
  }

  @Test
  void aServerKeepsItsPortWhereNobodyElseHasTakenIt() throws Exception {
    PostgresSettings settings = PostgresSettings.in(temporary.resolve("kept"));
    int first;
    try (PostgresServer server = PostgresServer.start(settings)) {
      first = server.endpoint().port();
    }
    try (PostgresServer again = PostgresServer.start(settings)) {
      assertThat(again.endpoint().port()).isEqualTo(first);
    }
    try (ServerSocket stranger = new ServerSocket()) {
      stranger.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), first));
      try (PostgresServer elsewhere = PostgresServer.start(settings)) {
        assertThat(elsewhere.endpoint().port()).isNotEqualTo(first);
        assertThat(ask(elsewhere.endpoint(), "SELECT 1")).isEqualTo("1");
      }
    }
  }

  @Test
  void aServerThatCannotStartSaysWhatItsLogEndsWith() {
    assertThatThrownBy(
            () ->
                PostgresServer.start(
                    PostgresSettings.in(temporary.resolve("wrong")).with("shared_buffers", "lots")))
        .isInstanceOf(PlatformException.StartFailed.class)
        .hasMessageContaining("invalid value for parameter \"shared_buffers\"");
  }

  private static String ask(PostgresServer.Endpoint endpoint, String question) throws SQLException {
    try (Connection connection = endpoint.connect();
        ResultSet answer = connection.createStatement().executeQuery(question)) {
      answer.next();
      return answer.getString(1);
    }
  }
}
