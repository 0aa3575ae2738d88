package dev.sensei.orchestrator.fold;

import java.util.List;
import java.util.Optional;

/** What events about one table make of it, and of the counts in the header. */
final class EvolveTable {
  private EvolveTable() {}

  static Optional<TableState> evolve(
      MigrationEdit edit, Optional<TableState> before, Event.OfTable event) {
    if (event instanceof Event.TablePlanned planned) {
      return Optional.of(planned(edit, before, planned));
    }
    TableEdit table =
        new TableEdit(
            before.orElseThrow(() -> new IllegalStateException("no table " + event.tableIndex())));
    switch (event) {
      case Event.TableMoved e -> moved(edit, table, e);
      case Event.TablePrepared e -> {
        table.tasks = OpenTasks.without(table.tasks, TaskKind.PREPARE_TABLE);
        table.chunks = e.chunks();
        table.rowsBefore = e.rowsBefore();
        table.created = e.created();
      }
      case Event.ChunkCopied e -> {
        table.tasks = OpenTasks.withoutChunk(table.tasks, e.evidence().chunk());
        table.finished = ChunkSet.add(table.finished, e.evidence().chunk());
        table.rows += e.evidence().rows();
        table.bytes += e.evidence().bytes();
        table.openErrors += e.evidence().setAside();
        table.deviatingRows += RowDeviation.rows(e.evidence().deviations());
      }
      case Event.TableChecked e -> {
        table.tasks = OpenTasks.without(table.tasks, TaskKind.CHECK_TABLE);
        table.checks++;
        for (int chunk : e.missingChunks()) {
          table.finished = ChunkSet.remove(table.finished, chunk);
        }
        if (!e.missingChunks().isEmpty()) {
          table.rows = e.rows();
          table.bytes = e.bytes();
          table.openErrors = e.setAside();
          table.deviatingRows = RowDeviation.rows(e.deviations());
        }
      }
      case Event.TableCompleted _ ->
          table.tasks = OpenTasks.without(table.tasks, TaskKind.COMPLETE_TABLE);
      case Event.ForeignKeysAdded _ -> {
        table.tasks = OpenTasks.without(table.tasks, TaskKind.ADD_FOREIGN_KEYS);
        table.foreignKeysAdded = true;
        if (!Groups.leave(edit, TaskKind.ADD_GROUP_FOREIGN_KEYS, table.tableIndex)) {
          edit.active--;
        }
      }
      case Event.TableErrorsResolved e -> errorsResolved(table, e);
      case Event.TableRolledBack e -> {
        table.tasks = OpenTasks.without(table.tasks, TaskKind.ROLL_BACK_TABLE);
        table.left = e.left();
        table.claimed = !e.left().isEmpty();
      }
      case Event.TableValidated e -> {
        table.tasks = OpenTasks.without(table.tasks, TaskKind.VALIDATE_TABLE);
        table.validated = e.outcome();
        if (!Groups.leave(edit, TaskKind.VALIDATE_GROUP, table.tableIndex)) {
          edit.active--;
        }
        edit.validated++;
        if (e.outcome() == CheckOutcome.FAILED) {
          Evolve.trouble(edit, table.table);
        }
      }
      case Event.TablePlanned e -> throw new IllegalStateException("handled above: " + e.table());
    }
    return Optional.of(table.freeze());
  }

  private static TableState planned(
      MigrationEdit edit, Optional<TableState> before, Event.TablePlanned event) {
    boolean restated =
        before
            .filter(table -> table.plan() == event.plan() && table.planAttempt() == event.attempt())
            .isPresent();
    if (!restated) {
      edit.tablesPlanned++;
    }
    return new TableState(
        event.migrationId(),
        event.tableIndex(),
        event.table(),
        event.targetTable(),
        event.plan(),
        event.attempt(),
        event.dependsOn(),
        event.foreignKeys(),
        event.small(),
        TableRunState.IDLE,
        edit.highestEpoch,
        false,
        false,
        false,
        0,
        0,
        List.of(),
        0,
        0,
        false,
        0,
        0,
        List.of(),
        false,
        CheckOutcome.UNKNOWN,
        "",
        List.of(),
        0,
        0,
        0,
        0,
        0);
  }

  /** The header has them already: they were counted there for all tables together. */
  private static void errorsResolved(TableEdit table, Event.TableErrorsResolved event) {
    long recovered = event.retried() + event.corrected();
    table.openErrors = event.open();
    table.rows += recovered - event.withdrawn() - (table.recoveredErrors - table.withdrawnErrors);
    table.withdrawnErrors = event.withdrawn();
    table.recoveredErrors = recovered;
    table.deviatingRows += event.corrected() - table.correctedErrors;
    table.correctedErrors = event.corrected();
  }

  private static void moved(MigrationEdit edit, TableEdit table, Event.TableMoved event) {
    if (table.state != event.from() || !TableTransitions.leads(event.from(), event.to())) {
      throw new IllegalStateException(
          "table %d of %s is %s and cannot go from %s to %s"
              .formatted(
                  table.tableIndex, edit.migrationId, table.state, event.from(), event.to()));
    }
    if (event.epoch() > table.epoch) {
      newEpoch(edit, table, event.epoch());
    }
    if (table.state == TableRunState.VALIDATING_PRE
        && Groups.leave(edit, TaskKind.MOVE_GROUP, table.tableIndex)) {
      edit.active++;
    }
    leave(edit, table);
    enter(edit, table, event);
    table.state = event.to();
    table.reason = event.reason();
    Evolve.settle(edit);
  }

  private static void newEpoch(MigrationEdit edit, TableEdit table, int epoch) {
    if (table.state == TableRunState.DONE) {
      edit.rows -= table.rows;
      edit.bytes -= table.bytes;
      edit.openErrors -= table.openErrors;
      edit.deviatingRows -= table.deviatingRows;
      edit.recoveredErrors -= table.recoveredErrors;
      edit.correctedErrors -= table.correctedErrors;
      edit.withdrawnErrors -= table.withdrawnErrors;
    }
    table.epoch = epoch;
    table.tasks = List.of();
    table.snapshot = 0;
    table.chunks = 0;
    table.finished = List.of();
    table.checks = 0;
    table.rows = 0;
    table.bytes = 0;
    table.openErrors = 0;
    table.deviatingRows = 0;
    table.recoveredErrors = 0;
    table.correctedErrors = 0;
    table.withdrawnErrors = 0;
    table.foreignKeysAdded = false;
    table.validated = CheckOutcome.UNKNOWN;
    edit.highestEpoch = Math.max(edit.highestEpoch, epoch);
  }

  private static void leave(MigrationEdit edit, TableEdit table) {
    switch (table.state) {
      case BLOCKED -> edit.blocked--;
      case DONE -> edit.done--;
      case FAILED -> edit.failed--;
      case ROLLED_BACK -> edit.rolledBack--;
      case PREPARING, VALIDATING_PRE, MIGRATING, VALIDATING_POST, COMPLETING, ROLLING_BACK ->
          edit.active--;
      case IDLE, UNKNOWN -> {}
    }
    if (table.draining) {
      edit.draining--;
      table.draining = false;
    }
  }

  private static void enter(MigrationEdit edit, TableEdit table, Event.TableMoved event) {
    boolean draining = edit.drain != Drain.NONE;
    if (table.state == TableRunState.IDLE && !draining) {
      edit.nextTable = table.tableIndex + 1;
    }
    switch (event.to()) {
      case IDLE -> {
        edit.nextTable = Math.min(edit.nextTable, table.tableIndex);
        // What did not succeed with others does not hold them up again.
        table.small = false;
      }
      case BLOCKED -> edit.blocked++;
      case DONE -> {
        edit.done++;
        edit.rows += table.rows;
        edit.bytes += table.bytes;
        edit.openErrors += table.openErrors;
        edit.deviatingRows += table.deviatingRows;
      }
      case FAILED -> {
        edit.failed++;
        Evolve.trouble(edit, table.table + ": " + event.reason());
      }
      case ROLLED_BACK -> {
        edit.rolledBack++;
        if (!draining) {
          Evolve.trouble(edit, table.table + ": " + event.reason());
        }
      }
      case VALIDATING_PRE -> {
        edit.active++;
        // Whether by itself or in a group: from here on an agent may claim it.
        table.claimed = true;
        table.snapshot = edit.snapshot;
      }
      case PREPARING, MIGRATING, VALIDATING_POST, COMPLETING -> edit.active++;
      case ROLLING_BACK -> {
        edit.active++;
        table.restart = event.restart();
        if (draining) {
          table.draining = true;
          edit.draining++;
          edit.nextTable = table.tableIndex - 1;
        }
      }
      case UNKNOWN -> {}
    }
  }
}
