package dev.sensei.databases.errors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sensei.databases.TwoDatabases;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseErrorsTest {
  private static final String CANARY = "canary4711";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "INSERT INTO t VALUES (1, 'canary4711'), (2, 'canary4711') | 23505 | DATA | t_name_key",
        "INSERT INTO t VALUES (3, 'canary4711canary4711canary4711') | 22001 | DATA | too long",
        "INSERT INTO t VALUES (NULL, 'canary4711') | 23502 | DATA | column id",
        "INSERT INTO t VALUES ('canary4711'::text::int, 'x') | 22P02 | DATA | not valid text",
        "INSERT INTO t VALUES (-1, 'canary4711') | 23514 | DATA | t_id_check",
        "SELECT * FROM canary4711 | 42P01 | SCHEMA | does not exist",
        "SELECT canary4711 | 42703 | SCHEMA | column",
        "SELEC canary4711 | 42601 | INTERNAL | syntax",
        "DO $$ BEGIN RAISE EXCEPTION 'canary4711' USING ERRCODE = '40001'; END $$ "
            + "| 40001 | TRANSIENT | tried again",
        "DO $$ BEGIN RAISE EXCEPTION 'canary4711' USING ERRCODE = 'ZZ123'; END $$ "
            + "| ZZ123 | INTERNAL | refused",
      })
  void aServersErrorPassesItsCodeAndNamesAndNoValue(
      String sql, String state, ErrorClass errorClass, String says) throws SQLException {
    TwoDatabases databases = TwoDatabases.fresh();
    databases.onSource("CREATE TABLE t (id int NOT NULL CHECK (id > 0), name varchar(20) UNIQUE)");
    try (Connection connection = databases.source()) {
      DatabaseException thrown =
          catchThrowableOfType(
              DatabaseException.class,
              () -> DatabaseErrors.run("doing it", () -> TwoDatabases.run(connection, sql)));

      assertThat(thrown.sqlState()).isEqualTo(state);
      assertThat(thrown.errorClass()).isEqualTo(errorClass);
      assertThat(thrown).hasMessageContaining(says).hasMessageContaining("doing it").hasNoCause();
      StringWriter printed = new StringWriter();
      thrown.printStackTrace(new PrintWriter(printed));
      assertThat(printed.toString() + thrown.fields()).doesNotContain(CANARY);
    }
  }

  @Test
  void aWrongPasswordAndAMissingDatabaseAreSaidPlainly() throws SQLException {
    var endpoint = TwoDatabases.fresh().sourceEndpoint();

    DatabaseException password =
        connecting(endpoint.host(), endpoint.port(), endpoint.database(), endpoint.user(), "wrong");
    assertThat(password.errorClass()).isEqualTo(ErrorClass.CONFIGURATION);
    assertThat(password)
        .hasMessageContaining("password is wrong")
        .hasMessageContaining("28P01")
        .hasMessageContaining(endpoint.host() + ":" + endpoint.port());

    DatabaseException missing =
        connecting(
            endpoint.host(), endpoint.port(), "nowhere", endpoint.user(), endpoint.password());
    assertThat(missing.errorClass()).isEqualTo(ErrorClass.CONFIGURATION);
    assertThat(missing).hasMessageContaining("nowhere").hasMessageContaining("does not exist");
  }

  @Test
  void whatARuleOfThePlanFoundIsNoConstraintOfAServer() {
    assertThat(sentence("23514", "", "age", "range [0, 120]"))
        .isEqualTo("the rule \"range [0, 120]\" is not kept by column age");
    assertThat(sentence("23505", "", "", "unique (email): queue"))
        .isEqualTo("the rule \"unique (email): queue\" is not kept");
    assertThat(sentence("22P02", "", "born", "fits_type"))
        .isEqualTo("a value of column born cannot become one of its type");
    assertThat(sentence("23514", "pet", "", "pet_check"))
        .isEqualTo("check constraint pet_check is violated on public.pet");
  }

  private static String sentence(String state, String table, String column, String constraint) {
    return DatabaseErrors.sentence(
        new ErrorFields(
            state,
            Optional.of("public").filter(_ -> !table.isEmpty()),
            Optional.of(table).filter(name -> !name.isEmpty()),
            Optional.of(column).filter(name -> !name.isEmpty()),
            Optional.of(constraint),
            Optional.empty()));
  }

  @Test
  void aServerThatIsNotThereIsNamedByHostAndPort() {
    DatabaseException refused = connecting("127.0.0.1", 1, "db", "user", "secret");
    assertThat(refused.errorClass()).isEqualTo(ErrorClass.TRANSIENT);
    assertThat(refused).hasMessageContaining("nothing accepts connections at 127.0.0.1:1");

    DatabaseException unknown = connecting("no-such-host.invalid", 5432, "db", "user", "secret");
    assertThat(unknown.errorClass()).isEqualTo(ErrorClass.CONFIGURATION);
    assertThat(unknown).hasMessageContaining("no-such-host.invalid:5432 is not known");
  }

  private static DatabaseException connecting(
      String host, int port, String database, String user, String password) {
    String url = "jdbc:postgresql://" + host + ":" + port + "/" + database;
    try (Connection connection = DriverManager.getConnection(url, user, password)) {
      throw new AssertionError("connected to " + connection);
    } catch (SQLException e) {
      return DatabaseErrors.whileConnecting(e, host, port, database, user);
    }
  }
}
