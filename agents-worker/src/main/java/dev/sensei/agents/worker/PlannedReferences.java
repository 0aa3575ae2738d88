package dev.sensei.agents.worker;

import dev.sensei.agents.journal.ApprovedPlan;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.ForeignKey;
import dev.sensei.databases.catalog.Partition;
import dev.sensei.databases.ddl.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The foreign keys that a plan makes, and the tables that hold the rows which they are about. */
final class PlannedReferences {
  private final List<TablePlan> tables;

  PlannedReferences(ApprovedPlan plan) {
    this.tables = plan.tables();
  }

  /**
   * A foreign key that the migration makes.
   *
   * @param table whose it is; a partitioned one holds no rows itself
   */
  record Reference(TablePlan table, ForeignKey key) {
    /** What statements and messages call it. */
    String object() {
      return "constraint %s on table %s"
          .formatted(SqlIdentifier.quoteWhereNeeded(key.name()), table.target());
    }

    /** The table, as a statement alters it. */
    String alter() {
      return "ALTER TABLE %s%s "
          .formatted(table.definition().holdsRows() ? "ONLY " : "", table.target().quoted());
    }

    /** What makes it, and behind that what validates it where that is a statement of its own. */
    List<Statement> statements() {
      return table.foreignKeys().stream()
          .filter(statement -> statement.object().equals(object()))
          .toList();
    }
  }

  /** Those that the migration makes for a table. */
  static List<Reference> of(TablePlan table) {
    return table.created()
        ? table.definition().foreignKeys().stream().map(key -> new Reference(table, key)).toList()
        : List.of();
  }

  /** All of them, in the order of work. */
  List<Reference> all() {
    return tables.stream().flatMap(table -> of(table).stream()).toList();
  }

  /** Those that refer to a table, or to a partitioned one that it is a part of. */
  List<Reference> to(TablePlan table) {
    List<TableName> names = new ArrayList<>();
    for (Optional<TablePlan> at = Optional.of(table); at.isPresent(); at = above(at.get())) {
      names.add(at.get().target());
    }
    return all().stream().filter(each -> names.contains(each.key().referencedTable())).toList();
  }

  /** The tables that hold the rows of a table: itself, or its partitions at any depth. */
  List<TablePlan> partsOf(TableName name) {
    List<TablePlan> parts = new ArrayList<>();
    for (TablePlan table : tables) {
      if (table.target().equals(name) && table.definition().holdsRows()) {
        parts.add(table);
      } else if (partitionOf(table).filter(name::equals).isPresent()) {
        parts.addAll(partsOf(table.target()));
      }
    }
    return parts;
  }

  /** A table as a query reads exactly its rows. */
  String from(TableName name) {
    boolean holdsRows =
        tables.stream()
            .anyMatch(table -> table.target().equals(name) && table.definition().holdsRows());
    return (holdsRows ? "ONLY " : "") + name.quoted();
  }

  private Optional<TablePlan> above(TablePlan table) {
    return partitionOf(table)
        .flatMap(name -> tables.stream().filter(each -> each.target().equals(name)).findFirst());
  }

  private static Optional<TableName> partitionOf(TablePlan table) {
    return table.definition().partition().map(Partition::parent);
  }
}
