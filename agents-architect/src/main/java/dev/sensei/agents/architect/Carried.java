package dev.sensei.agents.architect;

import dev.sensei.agents.plan.MigrationPlan.NotCarried;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.Check;
import dev.sensei.databases.catalog.Extension;
import dev.sensei.databases.catalog.Schema;
import dev.sensei.databases.catalog.Sequence;
import dev.sensei.databases.catalog.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * What of the source has to be made in the target, and what the target will be in the end.
 *
 * <p>An object of the target stays as it is. Where the source has another of the same name, that is
 * an exception.
 *
 * @param missing the source's objects that the target has not, tables among them
 * @param expected the target in the end, without tables
 * @param exceptions what of the source will not be in the target
 */
record Carried(Catalog missing, Catalog expected, List<NotCarried> exceptions) {

  static Carried between(Catalog source, Catalog target, TargetServer server) {
    return new Comparison(source, target, server).carried();
  }

  private static final class Comparison {
    private final Catalog source;
    private final Catalog target;
    private final TargetServer server;
    private final List<NotCarried> exceptions = new ArrayList<>();

    Comparison(Catalog source, Catalog target, TargetServer server) {
      this.source = source;
      this.target = target;
      this.server = server;
    }

    Carried carried() {
      List<Table> tables =
          source.tables().stream().filter(table -> target.table(table.name()).isEmpty()).toList();
      Catalog missing =
          new Catalog(
              source.database(),
              source.encoding(),
              source.collation(),
              source.characterType(),
              absent("schema", source.schemas(), target.schemas(), Schema::name, each -> ""),
              extensions(),
              absent(
                  "enum",
                  source.enums(),
                  target.enums(),
                  type -> type.name().toString(),
                  type -> type.labels()),
              absent(
                  "domain",
                  source.domains(),
                  target.domains(),
                  type -> type.name().toString(),
                  type ->
                      List.of(
                          type.baseType(),
                          type.notNull(),
                          type.defaultExpression(),
                          type.checks().stream().map(Check::definition).toList())),
              absent(
                  "composite type",
                  source.composites(),
                  target.composites(),
                  type -> type.name().toString(),
                  type -> type.attributes()),
              absent(
                  "routine",
                  source.routines(),
                  target.routines(),
                  routine -> routine.name(),
                  routine -> routine.definition()),
              absent(
                  "sequence",
                  source.sequences(),
                  target.sequences(),
                  sequence -> sequence.name().toString(),
                  sequence ->
                      List.of(sequence.increment(), sequence.minimum(), sequence.maximum())),
              tables,
              absent(
                  "view",
                  source.views(),
                  target.views(),
                  view -> view.name().toString(),
                  view -> List.of(view.definition(), view.materialized())),
              List.of(),
              List.of());
      return new Carried(missing, expected(missing), List.copyOf(exceptions));
    }

    private List<Extension> extensions() {
      List<Extension> wanted = new ArrayList<>();
      for (Extension extension :
          absent("extension", source.extensions(), target.extensions(), Extension::name, e -> "")) {
        if (server.extensions().contains(extension.name())) {
          wanted.add(extension);
        } else if (server.forbiddenExtensions().contains(extension.name())) {
          exceptions.add(
              new NotCarried(
                  "extension",
                  extension.name(),
                  "only a superuser may create it in the target; create it there and plan again"));
        } else {
          exceptions.add(
              new NotCarried(
                  "extension",
                  extension.name(),
                  "the target's server does not have it; install it there and plan again"));
        }
      }
      return wanted;
    }

    private <T> List<T> absent(
        String kind,
        List<T> wanted,
        List<T> present,
        Function<T, String> name,
        Function<T, Object> meaning) {
      Map<String, T> there = new HashMap<>();
      present.forEach(each -> there.put(name.apply(each), each));
      List<T> missing = new ArrayList<>();
      for (T each : wanted) {
        Optional<T> other = Optional.ofNullable(there.get(name.apply(each)));
        if (other.isEmpty()) {
          missing.add(each);
        } else if (!Objects.equals(meaning.apply(each), meaning.apply(other.get()))) {
          exceptions.add(
              new NotCarried(
                  kind,
                  name.apply(each),
                  "the target has another of this name, which is left as it is; make them equal or"
                      + " drop the one in the target"));
        }
      }
      return missing;
    }

    /** As the source's server describes it, which is how a comparison across versions is told. */
    private Catalog expected(Catalog missing) {
      return new Catalog(
              source.database(),
              target.encoding(),
              target.collation(),
              target.characterType(),
              both(target.schemas(), missing.schemas(), Schema::name),
              both(target.extensions(), missing.extensions(), Extension::name),
              both(target.enums(), missing.enums(), type -> type.name()),
              both(target.domains(), missing.domains(), type -> type.name()),
              both(target.composites(), missing.composites(), type -> type.name()),
              both(target.routines(), missing.routines(), routine -> routine.name()),
              both(target.sequences(), missing.sequences(), Sequence::name),
              List.of(),
              both(target.views(), missing.views(), view -> view.name()),
              List.of(),
              List.of())
          .structure();
    }

    private static <T, K extends Comparable<K>> List<T> both(
        List<T> first, List<T> second, Function<T, K> name) {
      List<T> all = new ArrayList<>(first);
      all.addAll(second);
      all.sort(Comparator.comparing(name));
      return all;
    }
  }

  /** The source's sequences that will be in the target, those of identity columns among them. */
  static List<TableName> sequences(Catalog source, Catalog target, List<Table> created) {
    List<TableName> inTarget =
        new ArrayList<>(target.allSequences().stream().map(Sequence::name).toList());
    source.sequences().stream().map(Sequence::name).forEach(inTarget::add);
    created.stream()
        .flatMap(table -> table.columns().stream())
        .flatMap(column -> column.identity().stream())
        .flatMap(identity -> identity.sequence().stream())
        .map(Sequence::name)
        .forEach(inTarget::add);
    return source.allSequences().stream().map(Sequence::name).filter(inTarget::contains).toList();
  }
}
