package dev.sensei.agents.scout;

import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.agents.testing.MigrationOptions;
import dev.sensei.platform.PostgresServer;
import dev.sensei.schemas.common.DatabaseReference;
import dev.sensei.schemas.common.Options;
import dev.sensei.schemas.task.AnalyzeDatabases;
import dev.sensei.schemas.task.KeepSnapshot;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/** Tasks over databases that tests make. */
final class Tasks {
  private Tasks() {}

  static final Options OPTIONS = options(List.of());

  static Options options(List<String> exclude) {
    return MigrationOptions.unset().setExcludeTables(exclude).build();
  }

  static AnalyzeDatabases analyze(String source, String target, Options options) {
    return AnalyzeDatabases.newBuilder()
        .setMigrationId("m")
        .setTaskId("t")
        .setAttempt(1)
        .setAnalysis(1)
        .setSource(reference(source))
        .setTarget(reference(target))
        .setOptions(options)
        .build();
  }

  static KeepSnapshot keep(PostgresServer.Endpoint source) {
    return KeepSnapshot.newBuilder()
        .setMigrationId("m")
        .setTaskId("t")
        .setAttempt(1)
        .setSource(reference(source.uri()))
        .setPlanDigest("p")
        .setCatalogDigest("c")
        .setOptions(OPTIONS)
        .build();
  }

  static DatabaseAccess access(PostgresServer.Endpoint... databases) {
    Map<String, String> passwords = new java.util.HashMap<>();
    for (PostgresServer.Endpoint database : databases) {
      passwords.put(database.uri(), database.password());
    }
    return DatabaseAccess.withPasswords(passwords);
  }

  static void run(PostgresServer.Endpoint database, String sql) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static DatabaseReference reference(String uri) {
    return DatabaseReference.newBuilder().setUri(uri).setPasswordReference(null).build();
  }
}
