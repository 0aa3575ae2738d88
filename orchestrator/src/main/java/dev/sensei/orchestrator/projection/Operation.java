package dev.sensei.orchestrator.projection;

import dev.sensei.orchestrator.fold.TaskKind;

/**
 * What a row of {@code migration_control} is about.
 *
 * @param phase the phase, one of the six that the table admits
 * @param name the operation's name; a later attempt has the same with {@code _retry} behind it
 */
record Operation(String phase, String name) {
  static final String DISCOVERY = "discovery";
  static final String PLANNING = "planning";
  static final String MAPPING = "mapping";
  static final String EXECUTION = "execution";
  static final String VALIDATION = "validation";
  static final String ROLLBACK = "rollback";

  /** Stands as table name where an operation is about no one table. */
  static final String ALL_TABLES = "*";

  static final Operation COLUMN_MAPPING = new Operation(MAPPING, "column_mapping");
  static final Operation CATALOG_ANALYSIS = new Operation(DISCOVERY, "catalog_analysis");
  static final Operation PLAN_APPROVAL = new Operation(PLANNING, "plan_approval");
  static final Operation COUNT_VERIFICATION = new Operation(VALIDATION, "count_verification");
  static final Operation ROWS_SET_ASIDE = new Operation(EXECUTION, "rows_set_aside");
  static final Operation MISSING_PARENTS = new Operation(EXECUTION, "missing_parent_migration");
  static final Operation PAUSE = new Operation(EXECUTION, "pause");
  static final Operation DEPENDENCY_WAIT = new Operation(EXECUTION, "dependency_wait");

  /** The row that a task has. */
  static Operation of(TaskKind kind) {
    return switch (kind) {
      case UNKNOWN -> new Operation(EXECUTION, "unknown_task");
      case ANALYZE_DATABASES -> new Operation(DISCOVERY, "schema_analysis");
      case PLAN_MIGRATION -> new Operation(PLANNING, "migration_strategy");
      case KEEP_SNAPSHOT -> new Operation(EXECUTION, "snapshot_export");
      case PREPARE_TARGET -> new Operation(EXECUTION, "target_preparation");
      case PREPARE_TABLE -> new Operation(EXECUTION, "table_preparation");
      case COPY_CHUNK -> new Operation(EXECUTION, "batch_migration");
      case CHECK_TABLE -> new Operation(EXECUTION, "ledger_settlement");
      case COMPLETE_TABLE -> new Operation(EXECUTION, "index_build");
      case ADD_FOREIGN_KEYS -> new Operation(EXECUTION, "foreign_key_build");
      case MOVE_GROUP -> new Operation(EXECUTION, "group_migration");
      case ADD_GROUP_FOREIGN_KEYS -> new Operation(EXECUTION, "group_foreign_key_build");
      case VALIDATE_GROUP -> new Operation(VALIDATION, "group_validation");
      case RESOLVE_ERRORS -> new Operation(EXECUTION, "error_resolution");
      case FINISH_TARGET -> new Operation(EXECUTION, "target_completion");
      case VALIDATE_TABLE -> new Operation(VALIDATION, "content_validation");
      case VALIDATE_REFERENCES -> new Operation(VALIDATION, "reference_validation");
      case RECONCILE_LEDGER -> new Operation(VALIDATION, "ledger_reconciliation");
      case RELEASE_TARGET -> new Operation(VALIDATION, "target_release");
      case VALIDATE_STRUCTURE -> new Operation(VALIDATION, "structure_validation");
      case CERTIFY_MIGRATION -> new Operation(VALIDATION, "certification");
      case ROLL_BACK_TABLE -> new Operation(ROLLBACK, "table_rollback");
      case ROLL_BACK_TARGET -> new Operation(ROLLBACK, "target_rollback");
    };
  }

  /** The name of a later attempt. */
  String retry() {
    return name + "_retry";
  }
}
