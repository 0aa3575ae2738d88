package dev.sensei.agents.architect;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.catalog.Extension;
import dev.sensei.databases.catalog.ObjectName;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.catalog.TypeTrait;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What may go wrong with a plan, or be other than a person expects; one line each. */
final class Risks {
  /** From this size on a table is worth a line, since one table bounds the whole run. */
  static final long LARGE_TABLE_BYTES = 10L << 30;

  private Risks() {}

  /** Risks of the two databases as such. */
  static List<String> ofDatabases(Catalog source, Catalog target) {
    List<String> risks = new ArrayList<>();
    int from = source.database().majorVersion();
    int to = target.database().majorVersion();
    if (to < from) {
      risks.add(
          "the target (PostgreSQL %d) is older than the source (PostgreSQL %d): it may not"
                  .formatted(to, from)
              + " understand every definition");
    } else if (to > from) {
      risks.add(
          "the target is PostgreSQL %d, the source PostgreSQL %d: definitions are written by the"
                  .formatted(to, from)
              + " older server");
    }
    if (!source.encoding().equals(target.encoding())) {
      risks.add(
          "the source is encoded in %s, the target in %s: text without an equivalent fails"
              .formatted(source.encoding(), target.encoding()));
    }
    if (!source.collation().equals(target.collation())) {
      risks.add(
          "the source sorts text by %s, the target by %s: the order of rows and the ranges over"
                  .formatted(source.collation(), target.collation())
              + " text differ");
    }
    for (Extension extension : source.extensions()) {
      target.extensions().stream()
          .filter(other -> other.name().equals(extension.name()))
          .filter(other -> !other.version().equals(extension.version()))
          .forEach(
              other ->
                  risks.add(
                      "extension %s is %s in the source and %s in the target"
                          .formatted(extension.name(), extension.version(), other.version())));
    }
    return risks;
  }

  /** Risks of one table. */
  static List<String> of(Table table) {
    List<String> risks = new ArrayList<>();
    if (table.holdsRows() && table.primaryKey().isEmpty()) {
      risks.add(
          table.name() + ": no primary key; a difference cannot be narrowed down to its rows");
    }
    if (table.unlogged()) {
      risks.add(table.name() + ": unlogged; a crash of the target empties it");
    }
    if (table.size().totalBytes() >= LARGE_TABLE_BYTES) {
      risks.add(
          "%s: large (%d GiB); the run takes at least as long as this table"
              .formatted(table.name(), table.size().totalBytes() >> 30));
    }
    for (Column column : table.copiedColumns()) {
      if (column.has(TypeTrait.NAMES_OBJECTS)) {
        risks.add(
            "%s.%s: its values (%s) name objects or roles and are carried by name; a name that the"
                    .formatted(
                        table.name(), SqlIdentifier.quoteWhereNeeded(column.name()), column.type())
                + " target does not have when the rows come fails the table");
      }
    }
    if (table.dependsOn().stream().anyMatch(need -> need.startsWith(ObjectName.routine("")))) {
      risks.add(
          table.name() + ": its definition calls routines; they run in the target while rows load");
    }
    return risks;
  }

  /** Owners that objects cannot be handed to. */
  static List<String> ofOwners(Catalog missing, TargetServer server) {
    SortedMap<String, Long> objects =
        Stream.of(
                missing.tables().stream().map(Table::owner),
                missing.views().stream().map(view -> view.owner()),
                missing.sequences().stream().map(sequence -> sequence.owner()),
                missing.routines().stream().map(routine -> routine.owner()),
                missing.enums().stream().map(type -> type.owner()),
                missing.domains().stream().map(type -> type.owner()),
                missing.composites().stream().map(type -> type.owner()),
                missing.schemas().stream().map(schema -> schema.owner()))
            .flatMap(each -> each)
            .filter(owner -> !server.roles().contains(owner))
            .collect(Collectors.groupingBy(owner -> owner, TreeMap::new, Collectors.counting()));
    List<String> risks = new ArrayList<>();
    for (Map.Entry<String, Long> owner : objects.entrySet()) {
      risks.add(
          "%d objects of the source belong to role %s, which the target does not let %s hand them"
                  .formatted(owner.getValue(), owner.getKey(), server.connected())
              + " to; they will belong to "
              + server.connected());
    }
    return risks;
  }

  /** Circles of foreign keys that are added late, so that rows can be loaded in any order. */
  static List<String> ofCycles(Phases phases) {
    return phases.cycles().stream()
        .map(
            cycle ->
                "foreign keys form a cycle: "
                    + names(cycle)
                    + "; broken by adding them when all rows are there")
        .toList();
  }

  /** Circles of foreign keys that are in the target already, where no order of rows keeps them. */
  static List<String> ofCircles(List<List<TableName>> circles) {
    return circles.stream()
        .map(
            circle ->
                "foreign keys that exist in the target form a cycle: "
                    + names(circle)
                    + "; no order of rows keeps them, drop one of them there before the run")
        .toList();
  }

  /** A foreign key of the target that a table has on itself. */
  static String ofSelfReference(TableName table) {
    return table
        + ": a foreign key that exists in the target refers to the table itself; rows may come"
        + " before those that they refer to, drop it there before the run";
  }

  /** Tables that keep the rows they hold, and get more. */
  static List<String> ofJoining(List<TableName> tables) {
    return tables.isEmpty()
        ? List.of()
        : List.of(
            "rows join those that the target holds in %s: they wait in a table of their own, which needs room for them twice, and come in with one transaction for each table; a key that exists on both sides fails it; triggers and rules of these tables act as rows come, and as they go where they are taken back, and so does ON DELETE of foreign keys that refer to them"
                .formatted(names(tables)));
  }

  private static String names(List<TableName> tables) {
    return tables.stream().map(TableName::toString).collect(Collectors.joining(", "));
  }
}
