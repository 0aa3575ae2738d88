package dev.sensei.databases.ledger;

import dev.sensei.databases.TableName;

/**
 * A table of one migration.
 *
 * @param migrationId the migration
 * @param table the table in the target that rows are written to
 */
public record TableKey(String migrationId, TableName table) {
  @Override
  public String toString() {
    return table + " of migration " + migrationId;
  }
}
