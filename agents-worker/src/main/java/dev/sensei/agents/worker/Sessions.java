package dev.sensei.agents.worker;

import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.databases.DatabaseRole;
import dev.sensei.databases.ledger.WorkerSession;
import dev.sensei.schemas.common.DatabaseReference;
import java.sql.Connection;

/**
 * Opens the sessions that a worker reads and writes through. A session that writes a table wears
 * the table's epoch as its application name, so that raising the epoch can end it.
 */
final class Sessions {
  private static final String NAME = "sensei-worker";

  private final DatabaseAccess databases;

  Sessions(DatabaseAccess databases) {
    this.databases = databases;
  }

  /** A session of the target for what belongs to no table. */
  Connection target(DatabaseReference target) {
    return open(target, DatabaseRole.TARGET, NAME);
  }

  /** A session of the target that writes one table. */
  Connection target(TableTask task) {
    return open(
        task.target(),
        DatabaseRole.TARGET,
        WorkerSession.applicationName(task.migrationId(), task.plan().index(), task.epoch()));
  }

  /** A session of the source. */
  Connection source(DatabaseReference source) {
    return open(source, DatabaseRole.SOURCE, NAME);
  }

  private Connection open(DatabaseReference reference, DatabaseRole role, String name) {
    return databases.connections(reference, role).open(name);
  }
}
