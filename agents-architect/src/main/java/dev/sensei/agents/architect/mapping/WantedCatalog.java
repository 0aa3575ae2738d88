package dev.sensei.agents.architect.mapping;

import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.ColumnUses.Kind;
import dev.sensei.databases.catalog.ColumnUses.Use;
import dev.sensei.databases.catalog.CompositeType;
import dev.sensei.databases.catalog.Domain;
import dev.sensei.databases.catalog.ForeignKey;
import dev.sensei.databases.catalog.Key;
import dev.sensei.databases.catalog.ObjectName;
import dev.sensei.databases.catalog.Partition;
import dev.sensei.databases.catalog.Routine;
import dev.sensei.databases.catalog.Schema;
import dev.sensei.databases.catalog.Sequence;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.catalog.TableRule;
import dev.sensei.databases.catalog.View;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The source's catalog as the target has to have it, under the declared names. */
final class WantedCatalog {
  private static final String NAMES_CHANGED =
      "it names a table, column or sequence that is called otherwise in the target, dropped or"
          + " converted;"
          + " make it there by hand";

  /** How the server writes a row of a table; it writes out the columns behind a star. */
  private static final String WHOLE_ROW = ".*";

  private final Catalog source;
  private final Catalog target;
  private final List<MappedTable> mapped;
  private final SourceAnswers answers;
  private final Changes changes;
  private final Losses losses;
  private final Set<String> lost = new TreeSet<>();

  WantedCatalog(
      Catalog source,
      Catalog target,
      List<MappedTable> mapped,
      SourceAnswers answers,
      Losses losses) {
    this.source = source;
    this.target = target;
    this.mapped = mapped;
    this.answers = answers;
    this.losses = losses;
    this.changes = new Changes(source, mapped, answers);
  }

  Changes changes() {
    return changes;
  }

  Catalog catalog() throws MappingRefused {
    loseWhatNamesOtherThings();
    rowTypes();
    List<Table> tables = new ArrayList<>();
    for (MappedTable table : mapped) {
      tables.add(
          new WantedTable(
                  table,
                  changes,
                  answers,
                  losses,
                  isMade(table),
                  referenced(table),
                  target.database().majorVersion())
              .table());
    }
    tables.sort(Comparator.comparing(Table::name));
    Catalog wanted =
        new Catalog(
            source.database(),
            source.encoding(),
            source.collation(),
            source.characterType(),
            schemas(tables),
            source.extensions(),
            source.enums(),
            source.domains(),
            source.composites(),
            source.routines().stream()
                .filter(routine -> !lost.contains(ObjectName.routine(routine.name())))
                .toList(),
            sequences(),
            tables,
            views(),
            source.uncarried(),
            source.unreadableTables());
    names(wanted);
    bodies();
    return wanted;
  }

  private boolean isMade(MappedTable table) {
    return target.table(table.target()).isEmpty();
  }

  private Set<Key> referenced(MappedTable table) {
    Set<Set<String>> columns = new HashSet<>();
    source.tables().stream()
        .flatMap(each -> each.foreignKeys().stream())
        .filter(key -> key.referencedTable().equals(table.source().name()))
        .map(ForeignKey::referencedColumns)
        .forEach(names -> columns.add(Set.copyOf(names)));
    return table.source().keys().stream()
        .filter(key -> columns.contains(Set.copyOf(key.columns())))
        .collect(Collectors.toSet());
  }

  /** Views and routines that name what changes, and all that need them. */
  private void loseWhatNamesOtherThings() {
    Map<String, List<String>> needs = new TreeMap<>();
    for (View view : source.views()) {
      String name = ObjectName.relation(view.name());
      needs.put(name, view.dependsOn());
      boolean rows = view.definition().contains(WHOLE_ROW);
      lose(name, answers.uses().of(Kind.VIEW, view.name()), view.dependsOn(), rows, rows);
    }
    for (Routine routine : source.routines()) {
      String name = ObjectName.routine(routine.name());
      needs.put(name, routine.dependsOn());
      boolean rows = routine.definition().contains(WHOLE_ROW);
      lose(name, answers.uses().ofRoutine(routine.name()), routine.dependsOn(), rows, true);
    }
    boolean again = true;
    while (again) {
      again = false;
      for (Map.Entry<String, List<String>> each : needs.entrySet()) {
        if (each.getValue().stream().anyMatch(lost::contains)) {
          again |= lost.add(each.getKey());
        }
      }
    }
    for (View view : source.views()) {
      if (lost.contains(ObjectName.relation(view.name()))) {
        losses.lost("view", view.name().toString(), NAMES_CHANGED);
      }
    }
    for (Routine routine : source.routines()) {
      if (lost.contains(ObjectName.routine(routine.name()))) {
        losses.lost("routine", routine.name(), NAMES_CHANGED);
      }
    }
  }

  /**
   * Loses what has a row of a table that is another one in the target.
   *
   * @param rows whether it speaks of whole rows
   * @param grown whether a row that only has more columns is another one to it
   */
  private void lose(String name, Set<Use> uses, List<String> needs, boolean rows, boolean grown) {
    // Who needs a table and names no column of it may have all of them, as a row.
    boolean others =
        mapped.stream()
            .filter(
                table ->
                    table.renamed()
                        || changes.altersAny(table.source())
                        || (grown && changes.reshapes(table.source())))
            .filter(table -> needs.contains(ObjectName.relation(table.source().name())))
            .anyMatch(
                table ->
                    rows
                        || uses.stream()
                            .noneMatch(
                                use ->
                                    use.table().equals(table.source().name())
                                        && !use.column().isEmpty()));
    if (others || changes.touches(uses)) {
      lost.add(name);
    }
  }

  /** A table's row may be the type of a column, of an argument, or of an attribute. */
  private void rowTypes() throws MappingRefused {
    for (Table table : source.tables()) {
      Set<TableName> parents = new HashSet<>(table.inherits());
      table.partition().map(Partition::parent).ifPresent(parents::add);
      List<String> needs =
          table.dependsOn().stream()
              .filter(need -> parents.stream().map(ObjectName::relation).noneMatch(need::equals))
              .toList();
      standing("table " + table.name(), table.name().toString(), needs);
    }
    for (Domain domain : source.domains()) {
      standing("domain " + domain.name(), domain.name().toString(), domain.dependsOn());
    }
    for (CompositeType type : source.composites()) {
      standing("type " + type.name(), type.name().toString(), type.dependsOn());
    }
  }

  private void standing(String what, String object, Collection<String> needs)
      throws MappingRefused {
    Optional<String> need =
        needs.stream()
            .filter(
                each ->
                    lost.contains(each)
                        || mapped.stream()
                            .filter(table -> table.renamed() || changes.reshapes(table.source()))
                            .map(table -> ObjectName.relation(table.source().name()))
                            .anyMatch(each::equals))
            .findFirst();
    if (need.isPresent()) {
      throw new MappingRefused(
          "NEEDED_AS_IT_IS",
          object,
          "expected nothing that is carried to need %s as it is, found that %s does; leave it as it is, or exclude what needs it"
              .formatted(need.get(), what));
    }
  }

  private List<View> views() {
    List<View> views = new ArrayList<>();
    for (View view : source.views()) {
      if (!lost.contains(ObjectName.relation(view.name()))) {
        views.add(withoutRules(view));
      }
    }
    return views;
  }

  private View withoutRules(View view) {
    List<TableRule> rules = new ArrayList<>();
    for (TableRule rule : view.rules()) {
      Kind kind = rule.kind() == TableRule.Kind.TRIGGER ? Kind.TRIGGER : Kind.RULE;
      if (changes.touches(answers.uses().of(kind, view.name(), rule.name()))) {
        losses.lost(
            rule.kind().name().toLowerCase(Locale.ROOT),
            view.name() + "." + rule.name(),
            NAMES_CHANGED);
      } else {
        rules.add(rule);
      }
    }
    return rules.size() == view.rules().size()
        ? view
        : new View(
            view.name(),
            view.materialized(),
            view.definition(),
            view.columns(),
            view.populated(),
            view.options(),
            view.indexes(),
            rules,
            view.clusteredOn(),
            view.tablespace(),
            view.owner(),
            view.comment(),
            view.dependsOn());
  }

  private List<Sequence> sequences() {
    List<Sequence> sequences = new ArrayList<>();
    for (Sequence sequence : source.sequences()) {
      Optional<Sequence.OwningColumn> owner =
          sequence
              .ownedBy()
              .flatMap(
                  column ->
                      changes
                          .column(column.table(), column.column())
                          .map(
                              to ->
                                  new Sequence.OwningColumn(
                                      changes.table(column.table()), to.target())));
      sequences.add(
          new Sequence(
              changes.sequence(sequence.name()),
              sequence.type(),
              sequence.start(),
              sequence.increment(),
              sequence.minimum(),
              sequence.maximum(),
              sequence.cache(),
              sequence.cycle(),
              sequence.unlogged(),
              owner,
              sequence.owner(),
              sequence.comment()));
    }
    sequences.sort(Comparator.comparing(Sequence::name));
    return sequences;
  }

  private List<Schema> schemas(List<Table> tables) {
    Map<String, Schema> schemas = new TreeMap<>();
    source.schemas().forEach(schema -> schemas.put(schema.name(), schema));
    for (Table table : tables) {
      schemas.computeIfAbsent(
          table.name().schema(), name -> new Schema(name, table.owner(), Optional.empty()));
    }
    return List.copyOf(schemas.values());
  }

  /** Tables, views, sequences and indexes of a schema share their names, and so do its types. */
  private void names(Catalog wanted) throws MappingRefused {
    Set<TableName> relations = new HashSet<>();
    Set<TableName> types = new HashSet<>();
    wanted.enums().forEach(type -> types.add(type.name()));
    wanted.domains().forEach(type -> types.add(type.name()));
    wanted.composites().forEach(type -> types.add(type.name()));
    for (View view : wanted.views()) {
      one(relations, view.name());
      one(types, view.name());
      for (var index : view.indexes()) {
        one(relations, index.name());
      }
    }
    for (Sequence sequence : wanted.allSequences()) {
      one(relations, sequence.name());
    }
    for (Table table : wanted.tables()) {
      one(relations, table.name());
      one(types, table.name());
      for (Key key : table.keys()) {
        one(relations, new TableName(table.name().schema(), key.name()));
      }
      for (var index : table.indexes()) {
        one(relations, index.name());
      }
    }
  }

  private static void one(Set<TableName> names, TableName name) throws MappingRefused {
    if (!names.add(name)) {
      throw new MappingRefused(
          "NAME_TAKEN",
          name.toString(),
          "expected the name %s for one thing in the target, found that tables, views, sequences, indexes or types of the source would share it; give the table another name or schema"
              .formatted(name));
    }
  }

  /** The text of most functions is nothing that the server has taken apart. */
  private void bodies() {
    boolean any =
        mapped.stream().anyMatch(table -> table.renamed() || changes.altersAny(table.source()));
    long routines =
        source.routines().stream()
            .filter(routine -> !lost.contains(ObjectName.routine(routine.name())))
            .count();
    if (any && routines > 0) {
      losses.risk(
          "%d routines are carried as they are: where their text names a table or column that is called otherwise in the target, they fail when they are called"
              .formatted(routines));
    }
  }
}
