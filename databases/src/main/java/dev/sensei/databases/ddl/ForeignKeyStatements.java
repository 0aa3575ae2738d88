package dev.sensei.databases.ddl;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.ForeignKey;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.catalog.TableKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A table's foreign keys. One that is valid in the source is added as {@code NOT VALID}, which
 * locks both tables for a moment, and then validated, which lets others read and refer to the
 * parent meanwhile.
 *
 * <p>From or to a partitioned table a foreign key is added and checked in one statement. Servers
 * before 18 have no {@code NOT VALID} from one; to one, their validation leaves the parts that
 * stand for its partitions as they were, which the source's are not.
 */
final class ForeignKeyStatements {
  private ForeignKeyStatements() {}

  static List<Statement> of(Table table, Collection<TableName> partitioned) {
    List<Statement> added = new ArrayList<>();
    List<Statement> validated = new ArrayList<>();
    for (ForeignKey key : table.foreignKeys()) {
      boolean inTwoSteps =
          key.valid()
              && table.kind() == TableKind.ORDINARY
              && !partitioned.contains(key.referencedTable());
      String alter =
          "ALTER TABLE "
              + (table.kind() == TableKind.PARTITIONED ? "" : "ONLY ")
              + table.name().quoted();
      String name = SqlIdentifier.quote(key.name());
      String object =
          "constraint " + SqlIdentifier.quoteWhereNeeded(key.name()) + " on table " + table.name();
      added.add(
          new Statement(
              alter
                  + " ADD CONSTRAINT "
                  + name
                  + " "
                  + key.definition()
                  + (inTwoSteps ? " NOT VALID" : ""),
              object,
              Section.FOREIGN_KEYS));
      if (inTwoSteps) {
        validated.add(
            new Statement(alter + " VALIDATE CONSTRAINT " + name, object, Section.FOREIGN_KEYS));
      }
    }
    added.addAll(validated);
    return added;
  }
}
