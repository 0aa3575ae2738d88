package dev.sensei.orchestrator.fold;

import java.util.Optional;

/** The running phase as a whole: snapshot, target, and what comes before and after the tables. */
final class Execution {
  static final String SOURCE_SCHEMA_CHANGED = "SOURCE_SCHEMA_CHANGED";

  private Execution() {}

  static void start(Draft draft) {
    draft.emit(new Event.ExecutionStarted(draft.id(), draft.migration().planDigest()));
    pursue(draft, false);
  }

  /** Hands out whatever the stage needs and is not under way; what follows a stop of any kind. */
  static void pursue(Draft draft, boolean retry) {
    keepSnapshot(draft);
    reissueHeaderTasks(draft);
    switch (draft.migration().stage()) {
      case PREPARING -> {
        if (!draft.migration().targetPrepared()) {
          draft.issueOnce(TaskKind.PREPARE_TARGET);
        }
      }
      case TABLES, FOREIGN_KEYS -> draft.proceed(new Cursor.Sweep(0, retry));
      case FINISHING -> finish(draft);
      case NONE -> complete(draft);
      case UNKNOWN,
          VALIDATING_TABLES,
          VALIDATING_REFERENCES,
          RECONCILING,
          RELEASING,
          VALIDATING_STRUCTURE,
          CERTIFYING -> {}
    }
  }

  /** Sees to it that a snapshot is kept, or that an agent is asked to. */
  static void keepSnapshot(Draft draft) {
    if (draft.migration().snapshotAlive() || !draft.working()) {
      return;
    }
    Optional<OpenTask> open = OpenTasks.find(draft.migration().tasks(), TaskKind.KEEP_SNAPSHOT);
    if (open.isEmpty()) {
      draft.issueOnce(TaskKind.KEEP_SNAPSHOT);
    } else if (open.get().status() != OpenTaskStatus.ISSUED) {
      draft.reissue(open.get());
    }
  }

  /** Hands out again what a pause or a lost snapshot parked, but for the snapshot's keeper. */
  static void reissueHeaderTasks(Draft draft) {
    for (OpenTask open : draft.migration().tasks()) {
      boolean readOtherRows =
          open.kind() == TaskKind.MOVE_GROUP
              && open.snapshot() < draft.migration().snapshotChangedAt();
      if (open.kind() != TaskKind.KEEP_SNAPSHOT
          && !readOtherRows
          && draft.stale(open)
          && draft.mayIssue(open.kind())) {
        draft.reissue(open);
      }
    }
  }

  static void snapshotLost(Draft draft, String reason) {
    if (draft.migration().snapshotAlive()) {
      draft.emit(new Event.SnapshotLost(draft.id(), draft.migration().snapshot(), reason));
    }
  }

  static Decision snapshotExported(Draft draft, OpenTask open, Report.SnapshotExported r) {
    MigrationState m = draft.migration();
    boolean known =
        m.snapshotEvidence()
            .filter(kept -> kept.snapshotId().equals(r.snapshot().snapshotId()))
            .isPresent();
    if (open.status() != OpenTaskStatus.ISSUED) {
      return new Decision.Dropped(
          Outcome.SUPERSEDED_ATTEMPT, "its keeper was given up: " + open.taskId());
    }
    if (known && m.snapshotAlive()) {
      return new Decision.Dropped(Outcome.DUPLICATE, "the snapshot is the one at hand");
    }
    if (m.state() == LifecycleState.FAILED) {
      snapshotLost(draft, "its keeper began again while the migration was failed");
      return draft.acceptedUnlessIdle("no snapshot is kept while the migration is failed");
    }
    if (!r.catalogDigest().equals(m.catalogDigest())) {
      snapshotLost(draft, "its keeper began again");
      draft.fail(
          LifecycleState.RUNNING,
          new Failure(
              FailureClass.SCHEMA,
              SOURCE_SCHEMA_CHANGED,
              "the approved plan was made from catalog %s, the source now has %s: the approval is void; retry rolls back, analyses and plans again"
                  .formatted(m.catalogDigest(), r.catalogDigest()),
              ""));
      return draft.accepted();
    }
    boolean unchanged =
        m.snapshotEvidence().isEmpty()
            || m.snapshotEvidence()
                .filter(before -> r.snapshot().showsTheSameAs(before))
                .isPresent();
    draft.emit(new Event.SnapshotExported(draft.id(), m.snapshot() + 1, r.snapshot(), unchanged));
    if (m.state() == LifecycleState.RUNNING) {
      pursue(draft, false);
    } else if (m.state() == LifecycleState.VALIDATING) {
      Validation.pursue(draft);
    }
    return draft.accepted();
  }

  static void targetPrepared(Draft draft, Report.TargetPrepared r) {
    draft.emit(new Event.TargetPrepared(draft.id(), r.created()));
    React.next(draft.migration()).forEach(draft::effect);
  }

  /** Fails the phase once no table is left to work on and some did not succeed. */
  static void endTables(Draft draft) {
    MigrationState m = draft.migration();
    if (m.done() + m.failed() + m.rolledBack() < m.tables()) {
      return;
    }
    draft.fail(
        LifecycleState.RUNNING,
        new Failure(
            FailureClass.DATA,
            "TABLES_FAILED",
            "%d of %d tables did not succeed: %s; retry starts them again, rollback takes all back"
                .formatted(m.failed() + m.rolledBack(), m.tables(), names(m)),
            ""));
  }

  static void endForeignKeys(Draft draft) {
    MigrationState m = draft.migration();
    if (m.active() > 0 || Errors.waitsForParents(m)) {
      return;
    }
    if (m.orphaned() > 0) {
      draft.emit(new Event.MilestoneReached(draft.id(), Milestone.ERRORS_OPEN));
    } else if (m.troubles() > 0) {
      draft.fail(
          LifecycleState.RUNNING,
          new Failure(
              FailureClass.DATA,
              "FOREIGN_KEYS_FAILED",
              "foreign keys of %d tables could not be added: %s; retry tries them again"
                  .formatted(m.troubles(), names(m)),
              ""));
    } else {
      finish(draft);
    }
  }

  static void finish(Draft draft) {
    if (draft.mayIssue(TaskKind.FINISH_TARGET)) {
      draft.issueOnce(TaskKind.FINISH_TARGET);
    }
  }

  static void targetFinished(Draft draft, Report.TargetFinished r) {
    draft.emit(new Event.TargetFinished(draft.id(), r.built()));
    if (draft.working()) {
      complete(draft);
    }
  }

  private static void complete(Draft draft) {
    MigrationState m = draft.migration();
    draft.emit(new Event.ExecutionCompleted(draft.id(), m.rows(), m.bytes()));
    Errors.proceed(draft);
  }

  /** The first troubled tables or checks, for a message. */
  static String names(MigrationState m) {
    String named = String.join("; ", m.troubled());
    int more = m.troubles() - m.troubled().size();
    return more > 0 ? named + "; and " + more + " more" : named;
  }
}
