package dev.sensei.orchestrator.fold;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Small tables that one task has to do with together, so that what a task costs is paid once for
 * all of them. A table whose group cannot go on goes on by itself, by the same tasks as any other.
 *
 * <p>The header counts an open group as one table in work.
 */
final class Groups {
  private static final int FEWEST = 8;
  private static final int MOST = 64;

  private Groups() {}

  /** Whether tasks of this kind have to do with several tables. */
  static boolean of(TaskKind kind) {
    return switch (kind) {
      case MOVE_GROUP, ADD_GROUP_FOREIGN_KEYS, VALIDATE_GROUP -> true;
      case UNKNOWN,
          ANALYZE_DATABASES,
          KEEP_SNAPSHOT,
          PLAN_MIGRATION,
          PREPARE_TARGET,
          PREPARE_TABLE,
          COPY_CHUNK,
          CHECK_TABLE,
          COMPLETE_TABLE,
          ADD_FOREIGN_KEYS,
          FINISH_TARGET,
          ROLL_BACK_TABLE,
          ROLL_BACK_TARGET,
          RELEASE_TARGET,
          VALIDATE_TABLE,
          VALIDATE_REFERENCES,
          RECONCILE_LEDGER,
          VALIDATE_STRUCTURE,
          CERTIFY_MIGRATION,
          RESOLVE_ERRORS ->
          false;
    };
  }

  /** How many tables a group has at most: where there are few tables, several agents get some. */
  static int size(MigrationState migration) {
    return Math.clamp(
        migration.tables() / (2L * Math.max(1, migration.options().tablesInFlight())),
        FEWEST,
        MOST);
  }

  /** The members with the table at hand behind them. */
  static List<GroupMember> with(List<GroupMember> gathered, TableState table) {
    List<GroupMember> all = new ArrayList<>(gathered);
    all.add(new GroupMember(table.tableIndex(), table.epoch()));
    return all;
  }

  /**
   * Hands out what was gathered, where there is something. Two events of one step may each have set
   * a cursor off from the same place: what the first one handed out is left to it.
   */
  static void issue(Draft draft, TaskKind kind, List<GroupMember> gathered) {
    MigrationState m = draft.migration();
    List<GroupMember> free =
        gathered.stream().filter(member -> !holds(m, kind, member.tableIndex())).toList();
    if (!free.isEmpty()) {
      draft.issue(TaskKey.ofGroup(kind, m.round(), free.getFirst().tableIndex()), free);
    }
  }

  /** The table, at its epoch, that a report of a group's task is about. */
  static Optional<GroupMember> memberOf(Report report) {
    return switch (report) {
      case Report.GroupTableMoved r -> Optional.of(new GroupMember(r.tableIndex(), r.epoch()));
      case Report.ForeignKeysAdded r -> Optional.of(new GroupMember(r.tableIndex(), r.epoch()));
      case Report.TableValidated r -> Optional.of(new GroupMember(r.tableIndex(), r.epoch()));
      case Report.TaskHeartbeat _,
          Report.TaskFailed _,
          Report.TaskReleased _,
          Report.TableDescribed _,
          Report.CatalogDescribed _,
          Report.AnalysisCompleted _,
          Report.TablePlanned _,
          Report.PlanCompleted _,
          Report.SnapshotExported _,
          Report.SnapshotReleased _,
          Report.TargetPrepared _,
          Report.TablePrepared _,
          Report.ChunkCopied _,
          Report.TableChecked _,
          Report.TableCompleted _,
          Report.ErrorsResolved _,
          Report.TargetFinished _,
          Report.TableRolledBack _,
          Report.TargetRolledBack _,
          Report.TargetReleased _,
          Report.ReferencesValidated _,
          Report.LedgerReconciled _,
          Report.StructureValidated _,
          Report.CertificateIssued _ ->
          Optional.empty();
    };
  }

  /** Whether a table waits for the result of a group's task of this kind. */
  static boolean holds(MigrationState migration, TaskKind kind, int tableIndex) {
    return migration.tasks().stream()
        .anyMatch(task -> task.kind() == kind && isMember(task, tableIndex));
  }

  /** Closes groups that have no table left. */
  static void close(Draft draft) {
    for (OpenTask task : draft.migration().tasks()) {
      if (of(task.kind()) && task.members().isEmpty()) {
        draft.emit(new Event.GroupCompleted(draft.id(), task.taskId(), task.kind()));
      }
    }
  }

  /** Lets the tables of a group that is no more go on by themselves. */
  static void dissolve(Draft draft, OpenTask group) {
    List<Integer> left = group.members().stream().map(GroupMember::tableIndex).toList();
    if (!left.isEmpty()) {
      draft.proceed(new Cursor.Alone(left.getFirst(), left.subList(1, left.size())));
    }
  }

  /**
   * Takes a table out of its group of this kind.
   *
   * @return whether it was in one
   */
  static boolean leave(MigrationEdit edit, TaskKind kind, int tableIndex) {
    Optional<OpenTask> group =
        edit.tasks.stream()
            .filter(task -> task.kind() == kind && isMember(task, tableIndex))
            .findFirst();
    group.ifPresent(
        task ->
            edit.tasks =
                OpenTasks.change(
                    edit.tasks, task.taskId(), open -> OpenTasks.withoutMember(open, tableIndex)));
    return group.isPresent();
  }

  /** Counts a group that was handed out for the first time. */
  static void opened(MigrationEdit edit, TaskKind kind, List<GroupMember> members) {
    if (kind == TaskKind.MOVE_GROUP) {
      // Its tables are in work already, each by itself.
      edit.active -= members.size();
    } else {
      edit.nextTable = Math.max(edit.nextTable, members.getLast().tableIndex() + 1);
    }
    edit.active++;
  }

  /** Counts a group that is no more; tables that it still moves are in work by themselves. */
  static void closed(MigrationEdit edit, OpenTask group) {
    edit.active--;
    if (group.kind() == TaskKind.MOVE_GROUP) {
      edit.active += group.members().size();
    }
  }

  /** Forgets all groups, as a stop of the migration does with every task of the header. */
  static void forgetAll(MigrationEdit edit) {
    edit.tasks.stream().filter(task -> of(task.kind())).forEach(task -> closed(edit, task));
    edit.tasks = edit.tasks.stream().filter(task -> !of(task.kind())).toList();
  }

  private static boolean isMember(OpenTask task, int tableIndex) {
    return task.members().stream().anyMatch(member -> member.tableIndex() == tableIndex);
  }
}
