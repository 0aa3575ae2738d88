package dev.sensei.agents.architect;

import dev.sensei.agents.testing.MigrationOptions;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.CatalogJson;
import dev.sensei.databases.catalog.CatalogReader;
import dev.sensei.databases.catalog.CatalogScope;
import dev.sensei.platform.PostgresServer;
import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.common.Options;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Databases that tests make, and plans over them. */
final class Databases {
  private Databases() {}

  static final Options OPTIONS = options(List.of(), List.of(), ExistingRows.REFUSE);

  static Options options(List<String> include, List<String> exclude, ExistingRows existingRows) {
    return MigrationOptions.unset()
        .setExistingRows(existingRows)
        .setIncludeTables(include)
        .setExcludeTables(exclude)
        .build();
  }

  static PostgresServer.Endpoint database(PostgresServer server, String name, String sql)
      throws SQLException {
    PostgresServer.Endpoint endpoint = server.createDatabase(name);
    try (Connection connection = endpoint.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
    return endpoint;
  }

  static PlanInput input(
      PostgresServer.Endpoint source, PostgresServer.Endpoint target, Options options)
      throws SQLException {
    try (Connection from = source.connect();
        Connection to = target.connect()) {
      Catalog catalog =
          CatalogReader.read(
              from,
              new CatalogScope(options.getIncludeTables(), options.getExcludeTables(), List.of()));
      return new PlanInput(
          source.uri(),
          target.uri(),
          CatalogJson.digest(catalog),
          catalog,
          CatalogReader.read(to, CatalogScope.ALL),
          TargetServer.read(to),
          options);
    }
  }
}
