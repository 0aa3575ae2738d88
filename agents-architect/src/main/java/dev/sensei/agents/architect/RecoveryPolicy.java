package dev.sensei.agents.architect;

import dev.sensei.databases.TableName;
import dev.sensei.schemas.common.Options;
import dev.sensei.schemas.common.Recovery;
import dev.sensei.schemas.common.RowRemedy;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

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

  /**
   * What was said of a table of the source, of those that it is a partition of, or of all tables.
   *
   * @param table the table, then what it is a partition of, up to the top
   */
  static RecoveryPolicy of(Options options, List<TableName> table) {
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
      Options options,
      List<TableName> table,
      Function<Recovery, RowRemedy> of,
      RowRemedy otherwise) {
    return Stream.concat(table.stream().map(TableName::toString), Stream.of(""))
        .flatMap(
            name ->
                options.getRecovery().stream().filter(recovery -> recovery.getTable().equals(name)))
        .map(of)
        .filter(remedy -> remedy != RowRemedy.UNKNOWN)
        .findFirst()
        .orElse(otherwise);
  }
}
