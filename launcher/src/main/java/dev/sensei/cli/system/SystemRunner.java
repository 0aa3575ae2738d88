package dev.sensei.cli.system;

import dev.sensei.cli.run.DemoRequest;
import dev.sensei.cli.run.MigrateRequest;
import dev.sensei.cli.run.MigrationControl.Purpose;
import dev.sensei.cli.run.MigrationRunner;
import dev.sensei.cli.run.PlatformLocation;
import dev.sensei.cli.run.RunListener;
import dev.sensei.cli.run.RunResult;
import dev.sensei.cli.spec.MigrationSpec;
import dev.sensei.databases.DatabaseUri;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs migrations, on an embedded system that is started for the run where none is there. */
final class SystemRunner implements MigrationRunner {

  /** What is done once what was there is known, before the run begins. */
  @FunctionalInterface
  private interface Preparation {
    void on(Connection connection);
  }

  @Override
  public RunResult migrate(MigrateRequest request, RunListener listener)
      throws InterruptedException {
    return migrate(request, listener, connection -> {});
  }

  private static RunResult migrate(
      MigrateRequest request, RunListener listener, Preparation preparation)
      throws InterruptedException {
    CertificateFiles.requireWritable(request);
    Preflight.check(request.source(), request.target());
    return switch (request.platform()) {
      case PlatformLocation.Separate separate -> {
        if (!passwords(request).isEmpty()) {
          listener.note(
              "A password in a URI stays here: agents that run elsewhere look for theirs in"
                  + " SOURCE_PGPASSWORD, TARGET_PGPASSWORD, PGPASSWORD and ~/.pgpass.");
        }
        yield on(
            Connection.to(new KafkaAddress(separate.kafka(), separate.registry())),
            request,
            listener,
            preparation);
      }
      case PlatformLocation.Embedded embedded -> {
        listener.note("Starting Kafka, registry, orchestrator and agents.");
        try (EmbeddedSystem system =
            EmbeddedSystem.start(embedded, passwords(request), Purpose.WORK)) {
          yield on(Connection.to(system.kafka(), system.health()), request, listener, preparation);
        }
      }
    };
  }

  private static RunResult on(
      Connection opened, MigrateRequest request, RunListener listener, Preparation preparation)
      throws InterruptedException {
    try (Connection connection = opened) {
      preparation.on(connection);
      return new MigrationRun(connection, request, listener).run();
    }
  }

  @Override
  public RunResult demo(DemoRequest request, RunListener listener) throws InterruptedException {
    try (DemoDatabases databases = DemoDatabases.start(request, listener)) {
      MigrateRequest migration =
          new MigrateRequest(
              request.platform(),
              databases.source(),
              databases.target(),
              MigrationSpec.DEFAULTS,
              request.certificate().or(() -> Optional.of(databases.certificate())),
              request.requestedBy(),
              request.acceptExceptions());
      return migrate(
          migration,
          listener,
          connection -> {
            if (new FormerRuns(connection, migration).areOver()) {
              listener.note("The demo before this one ended; this one gets a new target.");
              databases.emptyTheTarget();
            }
          });
    }
  }

  /** Passwords that came in URIs; they stay in this process. */
  private static Map<String, String> passwords(MigrateRequest request) {
    Map<String, String> passwords = new HashMap<>();
    for (DatabaseUri uri : List.of(request.source(), request.target())) {
      uri.password().ifPresent(secret -> passwords.put(uri.withoutPassword().toString(), secret));
    }
    return passwords;
  }
}
