package dev.sensei.orchestrator.fold;

import java.util.List;
import java.util.OptionalInt;

/** One table's run, from its start to done, rolled back or failed. */
final class TableRun {
  private TableRun() {}

  /** Takes a table into work at a new epoch; its dependencies are done. */
  static void start(Draft draft) {
    begin(draft, "dependencies are done");
    advance(draft);
  }

  /** The same for a table whose task will be that of a group. */
  static void startInGroup(Draft draft) {
    begin(draft, "small, and depends on no other");
  }

  private static void begin(Draft draft, String reason) {
    int epoch = draft.table().epoch();
    move(draft, TableRunState.PREPARING, epoch, "its turn", false);
    move(draft, TableRunState.VALIDATING_PRE, epoch + 1, reason, false);
  }

  static void block(Draft draft) {
    move(draft, TableRunState.PREPARING, "its turn");
    move(draft, TableRunState.BLOCKED, "a table it depends on is not done");
  }

  static void dependencyFailed(Draft draft) {
    move(draft, TableRunState.PREPARING, "its turn");
    move(draft, TableRunState.FAILED, "a table it depends on did not succeed");
  }

  /** Hands out what the table's state needs and is not under way. */
  static void advance(Draft draft) {
    TableState table = draft.table();
    switch (table.state()) {
      case VALIDATING_PRE -> {
        if (!Groups.holds(draft.migration(), TaskKind.MOVE_GROUP, table.tableIndex())) {
          issueOnce(draft, TaskKind.PREPARE_TABLE, 0);
        }
      }
      case MIGRATING -> {
        if (ChunkSet.size(table.finished()) == table.chunks()) {
          issueOnce(draft, TaskKind.CHECK_TABLE, table.checks());
        } else {
          fillWindow(draft);
        }
      }
      case COMPLETING -> issueOnce(draft, TaskKind.COMPLETE_TABLE, 0);
      case ROLLING_BACK -> issueOnce(draft, TaskKind.ROLL_BACK_TABLE, 0);
      case UNKNOWN, IDLE, PREPARING, VALIDATING_POST, FAILED, BLOCKED, DONE, ROLLED_BACK -> {}
    }
  }

  static void issueOnce(Draft draft, TaskKind kind, int round) {
    if (draft.mayIssue(kind) && !OpenTasks.has(draft.table().tasks(), kind)) {
      draft.issue(key(draft.table(), kind, round));
    }
  }

  static TaskKey key(TableState table, TaskKind kind, int round) {
    return TaskKey.ofTable(kind, round, table.tableIndex(), table.epoch());
  }

  private static void fillWindow(Draft draft) {
    int window = draft.migration().options().chunksInFlight();
    while (draft.mayIssue(TaskKind.COPY_CHUNK) && draft.table().tasks().size() < window) {
      TableState table = draft.table();
      OptionalInt chunk =
          ChunkSet.firstMissing(
              table.finished(),
              table.chunks(),
              taken -> table.tasks().stream().anyMatch(task -> task.chunk() == taken));
      if (chunk.isEmpty()) {
        return;
      }
      draft.issue(
          new TaskKey(
              TaskKind.COPY_CHUNK,
              table.checks(),
              -1,
              table.tableIndex(),
              table.epoch(),
              chunk.getAsInt()));
    }
  }

  static void prepared(Draft draft, Report.TablePrepared r) {
    TableState table = draft.table();
    draft.emit(
        new Event.TablePrepared(
            draft.id(),
            table.table(),
            table.tableIndex(),
            table.epoch(),
            r.chunks(),
            r.rowEstimate(),
            r.rowsBefore(),
            r.created()));
    move(draft, TableRunState.MIGRATING, "claimed, checked and divided");
    advance(draft);
  }

  static void chunkCopied(Draft draft, Report.ChunkCopied r) {
    TableState table = draft.table();
    draft.emit(
        new Event.ChunkCopied(
            draft.id(), table.table(), table.tableIndex(), table.epoch(), r.evidence()));
    Errors.overTheLimit(draft.migration(), draft.table().openErrors())
        .ifPresentOrElse(reason -> rollBack(draft, reason, false), () -> advance(draft));
  }

  /** All that a table needs but its foreign keys was done in one transaction with others. */
  static void movedInGroup(Draft draft, Report.GroupTableMoved r) {
    TableState table = draft.table();
    ChunkEvidence copied = r.evidence();
    draft.emit(
        new Event.TablePrepared(
            draft.id(),
            table.table(),
            table.tableIndex(),
            table.epoch(),
            1,
            r.rowEstimate(),
            r.rowsBefore(),
            r.created()));
    move(draft, TableRunState.MIGRATING, "moved in one go with others");
    draft.emit(
        new Event.ChunkCopied(
            draft.id(), table.table(), table.tableIndex(), table.epoch(), copied));
    TableState before = draft.table();
    Report.TableChecked checked =
        new Report.TableChecked(
            r.migrationId(),
            r.taskId(),
            r.attempt(),
            r.agent(),
            r.table(),
            r.tableIndex(),
            r.epoch(),
            copied.rows(),
            copied.bytes(),
            copied.digest(),
            r.targetRows(),
            List.of(),
            List.of(),
            copied.setAside(),
            copied.deviations());
    emitChecked(draft, before, checked);
    if (settled(draft, before, checked, false)) {
      draft.emit(
          new Event.TableCompleted(
              draft.id(), table.table(), table.tableIndex(), table.epoch(), r.built()));
      move(draft, TableRunState.DONE, "complete but for foreign keys");
    }
  }

  static void checked(Draft draft, Report.TableChecked r) {
    TableState before = draft.table();
    emitChecked(draft, before, r);
    TableState table = draft.table();
    boolean lacking = ChunkSet.size(table.finished()) < table.chunks();
    if ((lacking && table.checks() < draft.migration().options().maxTaskAttempts())
        || settled(draft, before, r, lacking)) {
      advance(draft);
    }
  }

  private static void emitChecked(Draft draft, TableState before, Report.TableChecked r) {
    draft.emit(
        new Event.TableChecked(
            draft.id(),
            before.table(),
            before.tableIndex(),
            before.epoch(),
            r.rows(),
            r.bytes(),
            r.digest(),
            r.targetRows(),
            r.missingChunks(),
            r.built(),
            r.setAside(),
            r.deviations()));
  }

  /** Goes on to completing where nothing speaks against it, else back. */
  private static boolean settled(
      Draft draft, TableState before, Report.TableChecked r, boolean lacking) {
    move(draft, TableRunState.VALIDATING_POST, "its ledger is settled");
    String objection = objection(draft.migration(), before, r, lacking);
    if (!objection.isEmpty()) {
      rollBack(draft, objection, false);
      return false;
    }
    move(draft, TableRunState.COMPLETING, "ledger and counts agree");
    return true;
  }

  /** What speaks against a settled table; empty where nothing does. */
  private static String objection(
      MigrationState m, TableState before, Report.TableChecked r, boolean lacking) {
    if (lacking || !r.missingChunks().isEmpty()) {
      return "the ledger lacks chunks %s after %d checks"
          .formatted(r.missingChunks(), before.checks() + 1);
    }
    if (r.rows() != before.rows()) {
      return "the workers reported %d rows, the ledger holds %d".formatted(before.rows(), r.rows());
    }
    if (r.rows() != r.targetRows()) {
      return "the ledger holds %d rows, the target gained %d".formatted(r.rows(), r.targetRows());
    }
    if (r.setAside() != before.openErrors()) {
      return "the workers reported %d rows set aside, the ledger holds %d"
          .formatted(before.openErrors(), r.setAside());
    }
    if (RowDeviation.rows(r.deviations()) != before.deviatingRows()) {
      return "the workers reported %d rows changed or left out by rules, the ledger holds %d"
          .formatted(before.deviatingRows(), RowDeviation.rows(r.deviations()));
    }
    return Errors.overTheLimit(m, r.setAside(), r.rows())
        .or(() -> Errors.overTheBound(r.setAside(), r.deviations()))
        .orElse("");
  }

  static void completed(Draft draft, Report.TableCompleted r) {
    TableState table = draft.table();
    draft.emit(
        new Event.TableCompleted(
            draft.id(), table.table(), table.tableIndex(), table.epoch(), r.built()));
    move(draft, TableRunState.DONE, "complete but for foreign keys");
  }

  static void foreignKeysAdded(Draft draft, Report.ForeignKeysAdded r) {
    TableState table = draft.table();
    draft.emit(
        new Event.ForeignKeysAdded(
            draft.id(), table.table(), table.tableIndex(), table.epoch(), r.built()));
  }

  static void rolledBack(Draft draft, Report.TableRolledBack r) {
    TableState table = draft.table();
    draft.emit(
        new Event.TableRolledBack(
            draft.id(), table.table(), table.tableIndex(), table.epoch(), r.left()));
    if (!r.left().isEmpty()) {
      move(draft, TableRunState.FAILED, "left in the target: " + String.join(", ", r.left()));
    } else if (table.restart()) {
      move(draft, TableRunState.IDLE, table.reason());
      React.next(draft.migration()).forEach(draft::effect);
    } else {
      move(draft, TableRunState.ROLLED_BACK, table.reason());
    }
  }

  /** Raises the epoch, which supersedes whatever is under way, and takes the rows back. */
  static void rollBack(Draft draft, String reason, boolean restart) {
    move(draft, TableRunState.ROLLING_BACK, draft.table().epoch() + 1, reason, restart);
    advance(draft);
  }

  /** A task of the table failed for good; its TaskFailed event is written. */
  static void failed(Draft draft, TaskKind kind, Failure failure) {
    String reason = failure.code() + ": " + failure.message();
    switch (draft.table().state()) {
      case VALIDATING_PRE -> move(draft, TableRunState.FAILED, reason);
      case MIGRATING, VALIDATING_POST, COMPLETING -> rollBack(draft, reason, false);
      case ROLLING_BACK ->
          move(
              draft,
              TableRunState.FAILED,
              "left in the target, since rolling back failed: " + reason);
      case DONE -> {}
      case UNKNOWN, IDLE, PREPARING, FAILED, BLOCKED, ROLLED_BACK ->
          throw new IllegalStateException(
              "a table in state %s has no open %s".formatted(draft.table().state(), kind));
    }
  }

  /** Brings a table on after a stop of any kind: a pause, a lost snapshot, a failure. */
  static void sweep(Draft draft, boolean retry) {
    TableState table = draft.table();
    if (retry && table.state() == TableRunState.FAILED && !table.left().isEmpty()) {
      rollBack(draft, "retried", true);
      return;
    }
    if (retry
        && (table.state() == TableRunState.FAILED || table.state() == TableRunState.ROLLED_BACK)) {
      move(draft, TableRunState.IDLE, "retried");
      return;
    }
    if (readUnderChangedSource(draft)) {
      String reason =
          "snapshot %d was lost and the source may have changed".formatted(table.snapshot());
      if (table.state() == TableRunState.VALIDATING_PRE) {
        move(draft, TableRunState.PREPARING, reason);
        move(draft, TableRunState.VALIDATING_PRE, table.epoch() + 1, reason, false);
        Groups.close(draft);
        advance(draft);
      } else {
        rollBack(draft, reason, true);
      }
      return;
    }
    for (OpenTask open : table.tasks()) {
      boolean superseded =
          TaskKey.parse(draft.id(), open.taskId())
              .filter(key -> Validation.superseded(draft.migration(), key))
              .isPresent();
      if (!superseded && (retry || draft.stale(open)) && draft.mayIssue(open.kind())) {
        draft.reissue(open);
      }
    }
    advance(draft);
  }

  private static boolean readUnderChangedSource(Draft draft) {
    TableState table = draft.table();
    return draft.migration().snapshotAlive()
        && table.snapshot() < draft.migration().snapshotChangedAt()
        && switch (table.state()) {
          case VALIDATING_PRE, MIGRATING, VALIDATING_POST, COMPLETING -> true;
          case UNKNOWN, IDLE, PREPARING, ROLLING_BACK, FAILED, BLOCKED, DONE, ROLLED_BACK -> false;
        };
  }

  static void move(Draft draft, TableRunState to, String reason) {
    move(draft, to, draft.table().epoch(), reason, false);
  }

  private static void move(
      Draft draft, TableRunState to, int epoch, String reason, boolean restart) {
    TableState table = draft.table();
    draft.emit(
        new Event.TableMoved(
            draft.id(),
            table.table(),
            table.tableIndex(),
            epoch,
            table.state(),
            to,
            reason,
            restart));
  }
}
