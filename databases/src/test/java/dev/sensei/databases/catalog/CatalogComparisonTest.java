package dev.sensei.databases.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.databases.DatabaseUri;
import dev.sensei.databases.TestServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogComparisonTest {
  @SuppressWarnings("NullAway.Init")
  private static Connection connection;

  @SuppressWarnings("NullAway.Init")
  private static Catalog expected;

  @BeforeAll
  static void readExpected() throws SQLException {
    DatabaseUri database = TestServer.bundled().newDatabase("everything.sql");
    connection = TestServer.connect(database);
    connection.setAutoCommit(false);
    expected = CatalogReader.read(connection, CatalogScope.ALL);
  }

  @AfterAll
  static void close() throws SQLException {
    connection.rollback();
    connection.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "DROP TABLE sales.event_note | table sales.event_note",
        "CREATE TABLE sales.extra (a int) | table sales.extra",
        "ALTER TABLE sales.hen ADD c int | table sales.hen, column c",
        "ALTER TABLE sales.event_note ALTER note TYPE varchar(9) | table sales.event_note, column"
            + " note, type",
        "ALTER TABLE sales.hen ALTER egg SET DEFAULT 3 | table sales.hen, column egg,"
            + " defaultExpression",
        "ALTER TABLE sales.egg ALTER hen DROP NOT NULL | table sales.egg, column hen, notNull",
        "ALTER TABLE sales.hen DROP CONSTRAINT first_egg | table sales.hen, constraint first_egg",
        "ALTER TABLE sales.customer DROP CONSTRAINT note_short | constraint note_short",
        "ALTER TABLE sales.customer VALIDATE CONSTRAINT email_form | constraint email_form",
        "DROP INDEX sales.event_2025_own | index sales.event_2025_own",
        "ALTER TABLE sales.customer ALTER CONSTRAINT boss_fk NOT DEFERRABLE | boss_fk",
        "ALTER TABLE sales.event DETACH PARTITION sales.event_2025 | table sales.event_2025,"
            + " partition",
        "ALTER TABLE sales.zebra NO INHERIT sales.animal | table sales.zebra, inherits",
        "ALTER SEQUENCE counters.down CACHE 9 | sequence counters.down, cache",
        "ALTER TYPE public.mood RENAME VALUE 'sad' TO 'low' | type public.mood, labels",
        "ALTER DOMAIN sales.positive DROP NOT NULL | domain sales.positive, notNull",
        "CREATE OR REPLACE VIEW sales.z_base AS SELECT id, email, lower(note) AS note FROM"
            + " sales.customer | view sales.z_base, definition",
        "COMMENT ON COLUMN sales.a_top.email IS 'other' | view sales.a_top, column email, comment",
        "ALTER TABLE sales.egg REPLICA IDENTITY DEFAULT | table sales.egg, replicaIdentity",
        "ALTER TABLE sales.scratch SET LOGGED | table sales.scratch, unlogged",
        "ALTER TABLE sales.customer ENABLE TRIGGER stamp_it | rule stamp_it",
        "ALTER FUNCTION sales.twice(integer) STRICT | routine sales.twice(integer), definition",
        "DROP EXTENSION citext CASCADE | extension citext",
        "ALTER TABLE sales.customer RESET (fillfactor) | table sales.customer, options",
      })
  void aChangeIsFoundWhereItIs(String change, String object) throws SQLException {
    Savepoint before = connection.setSavepoint();
    try (Statement statement = connection.createStatement()) {
      statement.execute(change);
      Catalog actual = CatalogReader.read(connection, CatalogScope.ALL);
      assertThat(CatalogComparison.compare(expected, actual))
          .anySatisfy(difference -> assertThat(difference.object()).contains(object));
    } finally {
      connection.rollback(before);
    }
    assertThat(
            CatalogComparison.compare(
                expected, CatalogReader.read(connection, CatalogScope.ALL), ComparisonRules.STRICT))
        .isEmpty();
  }
}
