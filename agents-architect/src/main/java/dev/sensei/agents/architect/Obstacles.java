package dev.sensei.agents.architect;

import dev.sensei.agents.architect.PlanOutcome.Refused;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.Partition;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.catalog.TableKind;
import dev.sensei.databases.catalog.View;
import dev.sensei.schemas.common.FailureClass;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What keeps a plan from being made at all. */
final class Obstacles {
  private Obstacles() {}

  static Optional<Refused> find(PlanInput input) {
    return nothing(input.source())
        .or(() -> names(input.wanted(), input.target()))
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
