package dev.sensei.agents.architect;

import dev.sensei.agents.architect.PlanOutcome.Refused;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.Index;
import dev.sensei.databases.catalog.Partition;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.catalog.TableKind;
import dev.sensei.databases.catalog.View;
import dev.sensei.schemas.common.FailureClass;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What keeps a plan from being made at all. */
final class Obstacles {
  private Obstacles() {}

  static Optional<Refused> find(PlanInput input) {
    return nothing(input.source())
        .or(() -> names(input.wanted(), input.target()))
        .or(() -> belongings(input.wanted(), input.target()))
        .or(() -> kinds(input.wanted(), input.target()))
        .or(() -> partitions(input.wanted(), input.target()))
        .or(() -> Carriable.find(input));
  }

  private static Optional<Refused> nothing(Catalog source) {
    boolean any =
        !source.tables().isEmpty() || !source.views().isEmpty() || !source.sequences().isEmpty();
    return any
        ? Optional.empty()
        : refuse(
            FailureClass.CONFIGURATION,
            "NOTHING_IN_SCOPE",
            "expected at least one table in scope, found none in database "
                + source.database().databaseName()
                + "; check the database's name and the patterns of included and excluded tables",
            "");
  }

  private static Optional<Refused> names(Catalog source, Catalog target) {
    Set<TableName> views =
        target.views().stream().map(View::name).collect(Collectors.toUnmodifiableSet());
    Set<TableName> foreign =
        target.uncarried().stream()
            .filter(object -> object.kind().equals("foreign table"))
            .flatMap(object -> object.relation().stream())
            .collect(Collectors.toUnmodifiableSet());
    for (Table table : source.tables()) {
      if (views.contains(table.name())) {
        return taken(table.name(), "a table", "a view");
      }
      if (foreign.contains(table.name())) {
        return taken(table.name(), "a table", "a foreign table");
      }
    }
    for (View view : source.views()) {
      if (target.table(view.name()).isPresent()) {
        return taken(view.name(), "a view", "a table");
      }
    }
    return Optional.empty();
  }

  /** A table that is made shares its names with types, and with sequences and indexes. */
  private static Optional<Refused> belongings(Catalog source, Catalog target) {
    Map<TableName, String> relations = new HashMap<>();
    target.allSequences().forEach(each -> relations.put(each.name(), "a sequence"));
    target.views().forEach(view -> relations.put(view.name(), "a view"));
    target.views().stream()
        .flatMap(view -> view.indexes().stream())
        .forEach(index -> relations.put(index.name(), "an index"));
    for (Table table : target.tables()) {
      relations.put(table.name(), "a table");
      table.indexes().forEach(index -> relations.put(index.name(), "an index"));
      table.keys().forEach(key -> relations.put(inSchemaOf(table, key.name()), "an index"));
    }
    Map<TableName, String> types = new HashMap<>();
    target.enums().forEach(type -> types.put(type.name(), "a type"));
    target.domains().forEach(type -> types.put(type.name(), "a type"));
    target.composites().forEach(type -> types.put(type.name(), "a type"));
    for (Table table : source.tables()) {
      if (target.table(table.name()).isPresent()) {
        continue;
      }
      Stream<TableName> indexes =
          Stream.concat(
              table.indexes().stream().map(Index::name),
              table.keys().stream().map(key -> inSchemaOf(table, key.name())));
      Optional<Refused> refused =
          taken(table.name(), "a table", relations)
              .or(() -> taken(table.name(), "a table", types))
              .or(
                  () ->
                      indexes
                          .flatMap(index -> taken(index, "an index", relations).stream())
                          .findFirst());
      if (refused.isPresent()) {
        return refused;
      }
    }
    return Optional.empty();
  }

  private static TableName inSchemaOf(Table table, String name) {
    return new TableName(table.name().schema(), name);
  }

  private static Optional<Refused> taken(
      TableName name, String wanted, Map<TableName, String> there) {
    return Optional.ofNullable(there.get(name)).flatMap(found -> taken(name, wanted, found));
  }

  private static Optional<Refused> taken(TableName name, String wanted, String found) {
    return refuse(
        FailureClass.SCHEMA,
        "NAME_TAKEN",
        "expected room for %s named %s in the target, found %s of that name; rename or drop it"
            .formatted(wanted, name, found),
        name.toString());
  }

  /** A partitioned table holds no rows itself: nothing would be moved, and nothing compared. */
  private static Optional<Refused> kinds(Catalog source, Catalog target) {
    for (Table table : source.tables()) {
      Optional<Table> there = target.table(table.name());
      if (there.filter(other -> other.kind() != table.kind()).isPresent()) {
        return refuse(
            FailureClass.SCHEMA,
            "PARTITIONED_ON_ONE_SIDE",
            ("expected %s partitioned on both sides or on neither, found it partitioned in the %s"
                    + " only; exclude it, or drop it in the target and have it made")
                .formatted(
                    table.name(), table.kind() == TableKind.PARTITIONED ? "source" : "target"),
            table.name().toString());
      }
    }
    return Optional.empty();
  }

  private static Optional<Refused> partitions(Catalog source, Catalog target) {
    List<Table> partitions =
        source.tables().stream().filter(table -> table.partition().isPresent()).toList();
    for (Table table : partitions) {
      TableName parent = table.partition().map(Partition::parent).orElseThrow();
      boolean parentThere = target.table(parent).isPresent();
      boolean there = target.table(table.name()).isPresent();
      if (!parentThere && source.table(parent).isEmpty()) {
        return refuse(
            FailureClass.CONFIGURATION,
            "PARENT_OUT_OF_SCOPE",
            "expected the partitioned table %s in scope with its partition %s, found it left out;"
                    .formatted(parent, table.name())
                + " include both or exclude both",
            table.name().toString());
      }
      if (parentThere != there) {
        return refuse(
            FailureClass.SCHEMA,
            "PARTITIONS_DIFFER",
            "expected the partitioned table %s and its partition %s both in the target or neither,"
                    .formatted(parent, table.name())
                + " found only "
                + (there ? table.name() : parent)
                + "; create the other one there, or drop this one",
            table.name().toString());
      }
    }
    return Optional.empty();
  }

  private static Optional<Refused> refuse(
      FailureClass failureClass, String code, String message, String object) {
    return Optional.of(new Refused(failureClass, code, message, object));
  }
}
