package dev.sensei.orchestrator.fold;

import java.util.List;

/** Work over all tables, one table in each step. */
final class Sweeps {
  private Sweeps() {}

  static Decision decide(Draft draft, Cursor cursor) {
    switch (cursor) {
      case Cursor.Start c -> start(draft, c.table(), c.gathered());
      case Cursor.Alone c -> alone(draft, c);
      case Cursor.AskDependency c -> ask(draft, c);
      case Cursor.Resolve c -> resolve(draft, c.readiness());
      case Cursor.Wake c -> wake(draft, c.table());
      case Cursor.Sweep c -> sweep(draft, c);
      case Cursor.AddForeignKeys c -> addForeignKeys(draft, c.table(), c.gathered());
      case Cursor.Validate c -> validate(draft, c.table(), c.gathered());
      case Cursor.CountErrors c -> Errors.count(draft, c);
      case Cursor.Drain c -> {
        if (draft.migration().drain() != Drain.NONE) {
          Cancellation.drain(draft, c.table());
        }
      }
    }
    return draft.acceptedUnlessIdle("nothing to do at " + cursor);
  }

  private static boolean at(Draft draft, Stage stage) {
    return draft.working() && draft.migration().stage() == stage;
  }

  private static boolean full(Draft draft) {
    return full(draft, 0);
  }

  /** The same, but for tables that are in work already and will count as one. */
  private static boolean full(Draft draft, int gathered) {
    MigrationState m = draft.migration();
    return m.active() - gathered >= m.options().tablesInFlight();
  }

  private static void start(Draft draft, int index, List<GroupMember> gathered) {
    if (!at(draft, Stage.TABLES)) {
      return;
    }
    boolean past = index >= draft.migration().tables();
    if (past || full(draft, gathered.size())) {
      Groups.issue(draft, TaskKind.MOVE_GROUP, gathered);
      if (past && gathered.isEmpty()) {
        if (draft.migration().blocked() > 0 && !full(draft)) {
          // One may have been ready when there was no room for it.
          draft.proceed(new Cursor.Wake(0));
        }
        Execution.endTables(draft);
      }
    } else if (draft.table().state() != TableRunState.IDLE) {
      draft.proceed(new Cursor.Start(index + 1, gathered));
    } else if (draft.table().small() && draft.mayIssue(TaskKind.MOVE_GROUP)) {
      TableRun.startInGroup(draft);
      draft.proceed(new Cursor.Start(index + 1, gather(draft, TaskKind.MOVE_GROUP, gathered)));
    } else {
      Groups.issue(draft, TaskKind.MOVE_GROUP, gathered);
      askAll(draft);
    }
  }

  /** Puts the table to those gathered, and hands them out where they are enough. */
  private static List<GroupMember> gather(Draft draft, TaskKind kind, List<GroupMember> gathered) {
    List<GroupMember> all = Groups.with(gathered, draft.table());
    if (all.size() < Groups.size(draft.migration())) {
      return all;
    }
    Groups.issue(draft, kind, all);
    return List.of();
  }

  private static void askAll(Draft draft) {
    List<Integer> dependsOn = draft.table().dependsOn();
    int index = draft.table().tableIndex();
    draft.proceed(
        dependsOn.isEmpty()
            ? new Cursor.Resolve(index, Cursor.Readiness.READY)
            : new Cursor.AskDependency(
                index, dependsOn.getFirst(), dependsOn.subList(1, dependsOn.size())));
  }

  /**
   * Stops at the first dependency that is not done, so that the answer is queued before any wake
   * that the end of that dependency causes.
   */
  private static void ask(Draft draft, Cursor.AskDependency c) {
    draft.proceed(
        switch (draft.table().state()) {
          case DONE ->
              c.remaining().isEmpty()
                  ? new Cursor.Resolve(c.waiting(), Cursor.Readiness.READY)
                  : new Cursor.AskDependency(
                      c.waiting(),
                      c.remaining().getFirst(),
                      c.remaining().subList(1, c.remaining().size()));
          case FAILED, ROLLED_BACK -> new Cursor.Resolve(c.waiting(), Cursor.Readiness.FAILED);
          case UNKNOWN,
              IDLE,
              PREPARING,
              VALIDATING_PRE,
              MIGRATING,
              VALIDATING_POST,
              COMPLETING,
              ROLLING_BACK,
              BLOCKED ->
              new Cursor.Resolve(c.waiting(), Cursor.Readiness.WAITING);
        });
  }

  private static void resolve(Draft draft, Cursor.Readiness readiness) {
    TableRunState state = draft.table().state();
    boolean idle = state == TableRunState.IDLE;
    if (!at(draft, Stage.TABLES) || (!idle && state != TableRunState.BLOCKED)) {
      return;
    }
    switch (readiness) {
      case READY -> {
        if (!full(draft)) {
          TableRun.start(draft);
        }
      }
      case WAITING -> {
        if (idle) {
          TableRun.block(draft);
        }
      }
      case FAILED -> TableRun.dependencyFailed(draft);
    }
    if (idle
        && draft.table().state() != TableRunState.IDLE
        && readiness != Cursor.Readiness.FAILED) {
      draft.proceed(new Cursor.Start(draft.migration().nextTable()));
    }
  }

  private static void wake(Draft draft, int index) {
    MigrationState m = draft.migration();
    if (!at(draft, Stage.TABLES) || m.blocked() == 0 || index >= m.tables()) {
      return;
    }
    if (draft.table().state() == TableRunState.BLOCKED) {
      askAll(draft);
    }
    draft.proceed(new Cursor.Wake(index + 1));
  }

  private static void sweep(Draft draft, Cursor.Sweep c) {
    if (!draft.working()) {
      return;
    }
    if (c.table() >= draft.migration().tables()) {
      React.next(draft.migration()).forEach(draft::effect);
      return;
    }
    if (draft.table().state() == TableRunState.BLOCKED) {
      askAll(draft);
    } else {
      TableRun.sweep(draft, c.retry());
    }
    draft.proceed(new Cursor.Sweep(c.table() + 1, c.retry()));
  }

  /** A table whose group is no more. */
  private static void alone(Draft draft, Cursor.Alone c) {
    if (draft.working()) {
      switch (draft.migration().stage()) {
        case TABLES -> TableRun.advance(draft);
        case FOREIGN_KEYS -> {
          if (draft.table().foreignKeys() && !draft.table().foreignKeysAdded()) {
            TableRun.issueOnce(draft, TaskKind.ADD_FOREIGN_KEYS, draft.migration().round());
          }
        }
        case VALIDATING_TABLES -> issueValidation(draft);
        case UNKNOWN,
            NONE,
            PREPARING,
            FINISHING,
            VALIDATING_REFERENCES,
            RECONCILING,
            RELEASING,
            VALIDATING_STRUCTURE,
            CERTIFYING -> {}
      }
    }
    if (c.remaining().isEmpty()) {
      React.next(draft.migration()).forEach(draft::effect);
    } else {
      draft.proceed(
          new Cursor.Alone(
              c.remaining().getFirst(), c.remaining().subList(1, c.remaining().size())));
    }
  }

  private static void addForeignKeys(Draft draft, int index, List<GroupMember> gathered) {
    if (!at(draft, Stage.FOREIGN_KEYS)) {
      return;
    }
    boolean past = index >= draft.migration().tables();
    if (past || full(draft)) {
      Groups.issue(draft, TaskKind.ADD_GROUP_FOREIGN_KEYS, gathered);
      if (past && gathered.isEmpty()) {
        Execution.endForeignKeys(draft);
      }
      return;
    }
    TableState table = draft.table();
    boolean lacking = table.foreignKeys() && !table.foreignKeysAdded();
    boolean together =
        lacking
            && table.small()
            && !OpenTasks.has(table.tasks(), TaskKind.ADD_FOREIGN_KEYS)
            && draft.mayIssue(TaskKind.ADD_GROUP_FOREIGN_KEYS);
    if (lacking && !together) {
      TableRun.issueOnce(draft, TaskKind.ADD_FOREIGN_KEYS, draft.migration().round());
    }
    draft.proceed(
        new Cursor.AddForeignKeys(
            index + 1,
            together ? gather(draft, TaskKind.ADD_GROUP_FOREIGN_KEYS, gathered) : gathered));
  }

  private static void validate(Draft draft, int index, List<GroupMember> gathered) {
    if (!at(draft, Stage.VALIDATING_TABLES) || !draft.mayIssue(TaskKind.VALIDATE_TABLE)) {
      return;
    }
    boolean past = index >= draft.migration().tables();
    if (past || full(draft)) {
      Groups.issue(draft, TaskKind.VALIDATE_GROUP, gathered);
      if (past && gathered.isEmpty()) {
        Validation.endTables(draft);
      }
      return;
    }
    boolean small = draft.table().small() && !validatedAlone(draft);
    if (!small) {
      issueValidation(draft);
    }
    draft.proceed(
        new Cursor.Validate(
            index + 1, small ? gather(draft, TaskKind.VALIDATE_GROUP, gathered) : gathered));
  }

  private static void issueValidation(Draft draft) {
    if (!validatedAlone(draft)) {
      draft.issue(validation(draft));
    }
  }

  private static boolean validatedAlone(Draft draft) {
    return OpenTasks.find(draft.table().tasks(), validation(draft).id(draft.id())).isPresent();
  }

  private static TaskKey validation(Draft draft) {
    return TableRun.key(draft.table(), TaskKind.VALIDATE_TABLE, draft.migration().round());
  }
}
