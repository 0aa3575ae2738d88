package dev.sensei.databases.ddl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.sensei.databases.DatabaseUri;
import dev.sensei.databases.InstalledPostgres;
import dev.sensei.databases.TestServer;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.CatalogComparison;
import dev.sensei.databases.catalog.CatalogJson;
import dev.sensei.databases.catalog.CatalogReader;
import dev.sensei.databases.catalog.CatalogScope;
import dev.sensei.databases.catalog.ComparisonRules;
import dev.sensei.databases.catalog.Sequence;
import dev.sensei.databases.catalog.SequenceReader;
import dev.sensei.databases.catalog.SequenceValue;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Builds a database from another's catalog and looks whether it is the same. */
class RoundTripTest {
  private static final String EVERYTHING = "everything.sql";

  @ParameterizedTest
  @MethodSource("dev.sensei.databases.TestServer#all")
  void aDatabaseBuiltFromACatalogHasThatCatalog(TestServer server) throws SQLException {
    DatabaseUri source = server.newDatabase(EVERYTHING);
    DatabaseUri target = server.newDatabase();
    List<SequenceValue> values = build(source, target);

    assertThat(CatalogComparison.compare(read(source), read(target), ComparisonRules.STRICT))
        .isEmpty();
    assertThat(values(target)).isEqualTo(values);
  }

  @Test
  void pgDumpSeesNoDifferenceEither() throws SQLException {
    assumeThat(TestServer.installed()).isPresent();
    TestServer server = TestServer.installed().orElseThrow();
    DatabaseUri source = server.newDatabase(EVERYTHING);
    DatabaseUri target = server.newDatabase();
    build(source, target);

    assertThat(InstalledPostgres.dump(target)).isEqualTo(InstalledPostgres.dump(source));
  }

  @Test
  void anOlderServersDatabaseIsBuiltOnANewerServer() throws SQLException {
    assumeThat(TestServer.installed()).isPresent();
    DatabaseUri source = TestServer.installed().orElseThrow().newDatabase(EVERYTHING);
    DatabaseUri target = TestServer.bundled().newDatabase();
    build(source, target);

    assertThat(CatalogComparison.compare(read(source), read(target))).isEmpty();
  }

  static List<SequenceValue> build(DatabaseUri source, DatabaseUri target) throws SQLException {
    Catalog read = read(source);
    Catalog catalog = CatalogJson.readCatalog(CatalogJson.write(read));
    assertThat(catalog).isEqualTo(read);
    List<SequenceValue> values = values(source);
    try (Connection connection = TestServer.connect(target)) {
      connection.setAutoCommit(false);
      DdlExecution.prepare(connection);
      DdlExecution.run(connection, DdlGenerator.preData(catalog));
      DdlExecution.run(connection, DdlGenerator.postData(catalog, values));
      connection.commit();
    }
    return values;
  }

  static Catalog read(DatabaseUri uri) throws SQLException {
    try (Connection connection = TestServer.connect(uri)) {
      return CatalogReader.read(connection, CatalogScope.ALL);
    }
  }

  private static List<SequenceValue> values(DatabaseUri uri) throws SQLException {
    try (Connection connection = TestServer.connect(uri)) {
      return SequenceReader.values(
          connection, read(uri).allSequences().stream().map(Sequence::name).toList());
    }
  }
}
