package dev.sensei.agents.architect;

import dev.sensei.databases.TableName;
import dev.sensei.schemas.common.Options;
import dev.sensei.schemas.common.Recovery;
import dev.sensei.schemas.common.RowRemedy;
import java.util.function.Function;

/**
 * What is done where rows of one table do not keep what the target asks for. Where nothing was said
 * they are set aside, but for orphans, which fail the migration.
 */
record RecoveryPolicy(
    RowRemedy tooLong,
    RowRemedy outOfRange,
    RowRemedy nullInNotNull,
    RowRemedy nulBytes,
    RowRemedy duplicates,
    RowRemedy orphans) {

  /** What was said of a table of the source, or of all tables. */
  static RecoveryPolicy of(Options options, TableName table) {
    return new RecoveryPolicy(
        said(options, table, Recovery::getTooLong, RowRemedy.QUEUE),
        said(options, table, Recovery::getOutOfRange, RowRemedy.QUEUE),
        said(options, table, Recovery::getNullInNotNull, RowRemedy.QUEUE),
        said(options, table, Recovery::getNulBytes, RowRemedy.QUEUE),
        said(options, table, Recovery::getDuplicates, RowRemedy.QUEUE),
        said(options, table, Recovery::getOrphans, RowRemedy.FAIL));
  }

  /** The same where no value may be changed. */
  RecoveryPolicy withoutChanges() {
    return new RecoveryPolicy(
        RowRemedy.QUEUE, RowRemedy.QUEUE, RowRemedy.QUEUE, RowRemedy.QUEUE, duplicates, orphans);
  }

  private static RowRemedy said(
      Options options, TableName table, Function<Recovery, RowRemedy> of, RowRemedy otherwise) {
    RowRemedy found = otherwise;
    for (Recovery recovery : options.getRecovery()) {
      boolean about = recovery.getTable().isEmpty() || recovery.getTable().equals(table.toString());
      if (about && of.apply(recovery) != RowRemedy.UNKNOWN) {
        found = of.apply(recovery);
      }
    }
    return found;
  }
}
