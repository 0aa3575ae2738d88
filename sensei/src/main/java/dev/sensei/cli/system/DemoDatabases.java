package dev.sensei.cli.system;

import dev.sensei.platform.PostgresServer;
import java.nio.file.Path;

/**
 * The demo's source, a server with a sample shop, and its target, an empty database on a server of
 * its own; both in the data directory, so that a demo that was killed goes on where it was.
 */
final class DemoDatabases implements AutoCloseable {
  private static final String SHOP = "shop";
  private static final String NEW_SHOP = "new_shop";
  private static final String READY = "sample.ready";

  private final PostgresServer source;
  private final PostgresServer target;
  private final Path directory;

  private DemoDatabases(PostgresServer source, PostgresServer target, Path directory) {
    this.source = source;
    this.target = target;
    this.directory = directory;
  }
}
