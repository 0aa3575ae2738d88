package dev.sensei.agents.scout;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.TaskReleasedException;
import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.agents.state.MigrationStates;
import dev.sensei.agents.state.MigrationStatus;
import dev.sensei.databases.DatabaseRole;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.CatalogJson;
import dev.sensei.databases.catalog.CatalogReader;
import dev.sensei.databases.catalog.CatalogScope;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorClass;
import dev.sensei.databases.snapshot.ExportedSnapshot;
import dev.sensei.databases.snapshot.SnapshotKeeper;
import dev.sensei.databases.snapshot.SnapshotLockTimeout;
import dev.sensei.databases.snapshot.SnapshotSession;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.common.LifecycleState;
import dev.sensei.schemas.common.SnapshotEvidence;
import dev.sensei.schemas.report.SnapshotExported;
import dev.sensei.schemas.report.SnapshotReleased;
import dev.sensei.schemas.task.KeepSnapshot;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an exported snapshot of the source until the migration has no more use for it: it is
 * certified, cancelled or being rolled back, or has failed (a retry gets a snapshot of its own).
 *
 * <p>A snapshot whose session is lost is replaced by a new one, which is reported as the first was;
 * the orchestrator numbers them and decides what has to start over. The same goes for a task that
 * arrives again.
 */
final class SnapshotKeeping {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotKeeping.class);

  private final DatabaseAccess access;
  private final MigrationStates migrations;
  private final ScoutSettings settings;

  SnapshotKeeping(DatabaseAccess access, MigrationStates migrations, ScoutSettings settings) {
    this.access = access;
    this.migrations = migrations;
    this.settings = settings;
  }

  void run(KeepSnapshot asked, TaskContext context)
      throws TaskFailure, TaskReleasedException, InterruptedException {
    Side source = Side.of(access, asked.getSource(), DatabaseRole.SOURCE);
    // Both times are the orchestrator's: a failure from between handing out and here counts.
    Instant handedOut = context.handedOut();
    SnapshotKeeper keeper = export(source, asked, context);
    try {
      while (!ended(asked, context, handedOut)) {
        if (!lives(keeper)) {
          LOG.warn("the snapshot of migration {} is lost; taking another", asked.getMigrationId());
          keeper.close();
          Optional<SnapshotKeeper> renewed = renew(source, asked, context, handedOut);
          if (renewed.isEmpty()) {
            break;
          }
          keeper = renewed.get();
        }
      }
    } finally {
      keeper.close();
    }
    if (!isOfNoUse(asked, context, handedOut)) {
      throw new TaskReleasedException("the agent that kept the snapshot stops");
    }
    context.report(
        SnapshotReleased.newBuilder()
            .setMigrationId(asked.getMigrationId())
            .setTaskId(asked.getTaskId())
            .setAttempt(asked.getAttempt())
            .setAgent(context.agentName())
            .build());
  }

  /** Waits a probe's interval, or until the snapshot need not be kept. */
  private boolean ended(KeepSnapshot asked, TaskContext context, Instant handedOut)
      throws InterruptedException {
    return migrations
            .await(
                asked.getMigrationId(),
                status -> isOfNoUse(status, handedOut),
                context::cancelled,
                settings.probeInterval())
            .isPresent()
        || context.cancelled();
  }

  private boolean isOfNoUse(KeepSnapshot asked, TaskContext context, Instant handedOut) {
    return migrations
        .of(asked.getMigrationId())
        .or(context::migration)
        .filter(status -> isOfNoUse(status, handedOut))
        .isPresent();
  }

  /** A failure from before this task was handed out is what a retry has left behind. */
  private static boolean isOfNoUse(MigrationStatus status, Instant handedOut) {
    return status.isOver()
        || (status.since().isAfter(handedOut)
            && (status.draining() || status.state() == LifecycleState.FAILED));
  }

  private boolean lives(SnapshotKeeper keeper) {
    try {
      return keeper.isAlive(settings.probeTimeoutSeconds());
    } catch (DatabaseException lost) {
      LOG.debug("a kept snapshot's session does not answer: {}", lost.getMessage());
      return false;
    }
  }

  private Optional<SnapshotKeeper> renew(
      Side source, KeepSnapshot asked, TaskContext context, Instant handedOut)
      throws TaskFailure, TaskReleasedException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        return Optional.of(export(source, asked, context));
      } catch (TaskFailure refused) {
        if (attempt >= settings.renewals()) {
          throw refused;
        }
        LOG.warn("the source gives no new snapshot yet: {}", refused.getMessage());
      } catch (DatabaseException refused) {
        if (attempt >= settings.renewals() || refused.errorClass() != ErrorClass.TRANSIENT) {
          throw refused;
        }
        LOG.warn("the source gives no new snapshot yet: {}", refused.getMessage());
      }
      if (ended(asked, context, handedOut)) {
        return Optional.empty();
      }
    }
  }

  private SnapshotKeeper export(Side source, KeepSnapshot asked, TaskContext context)
      throws TaskFailure, TaskReleasedException {
    CatalogScope scope = Scope.source(asked.getOptions());
    SnapshotKeeper keeper;
    try {
      keeper = SnapshotKeeper.open(source.open(), tables(source, scope), settings.snapshot());
    } catch (SnapshotLockTimeout locked) {
      throw new TaskFailure(
          FailureClass.TRANSIENT, "LOCK_TIMEOUT", String.valueOf(locked.getMessage()));
    }
    boolean reported = false;
    try {
      context.report(
          SnapshotExported.newBuilder()
              .setMigrationId(asked.getMigrationId())
              .setTaskId(asked.getTaskId())
              .setAttempt(asked.getAttempt())
              .setAgent(context.agentName())
              .setSnapshot(evidence(keeper.snapshot()))
              .setCatalogDigest(digest(source, scope, keeper.snapshot()))
              .build());
      reported = true;
      return keeper;
    } finally {
      if (!reported) {
        keeper.close();
      }
    }
  }

  private static List<TableName> tables(Side source, CatalogScope scope) throws TaskFailure {
    try (Connection connection = source.open()) {
      return CatalogReader.read(connection, scope).tables().stream().map(Table::name).toList();
    } catch (SQLException closing) {
      throw DatabaseErrors.translate("closing a connection", closing);
    }
  }

  /** The catalog as the snapshot shows it; the locks keep definitions from changing meanwhile. */
  private static String digest(Side source, CatalogScope scope, ExportedSnapshot snapshot)
      throws TaskFailure {
    try (Connection connection = source.open()) {
      SnapshotSession.adopt(connection, snapshot);
      Catalog catalog = CatalogReader.read(connection, scope);
      connection.rollback();
      return CatalogJson.digest(catalog);
    } catch (SQLException closing) {
      throw DatabaseErrors.translate("closing a connection", closing);
    }
  }

  private static SnapshotEvidence evidence(ExportedSnapshot snapshot) {
    return SnapshotEvidence.newBuilder()
        .setSnapshotId(snapshot.id())
        .setPosition(snapshot.lsn())
        .setVisibility(snapshot.visibility())
        .setSystemIdentifier(snapshot.systemIdentifier().orElse(""))
        .setTimeline(Math.toIntExact(snapshot.timeline()))
        .setServerVersion(snapshot.serverVersion())
        .build();
  }
}
