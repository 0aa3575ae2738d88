package dev.sensei.agents.architect;

import dev.sensei.agents.architect.PlanOutcome.Planned;
import dev.sensei.agents.architect.mapping.ColumnOrigin;
import dev.sensei.agents.architect.mapping.TableOrigin;
import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.agents.plan.MigrationPlan;
import dev.sensei.agents.plan.MigrationPlan.NotCarried;
import dev.sensei.agents.plan.PlanJson;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.ForeignKey;
import dev.sensei.databases.catalog.Partition;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.ddl.DdlGenerator;
import dev.sensei.databases.ddl.Statement;
import dev.sensei.schemas.common.ExistingRows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes a plan from two catalogs, without looking at anything else.
 *
 * <p>A table that the target has is left as it is and filled; any other is made: bare before its
 * rows, keys and indexes behind them, foreign keys when all tables are done, and what acts on rows
 * (triggers, rules, policies) last.
 */
final class Planner {
  private final PlanInput input;
  private final Travel travel;
  private final Heirs heirs;
  private final Ancestry ancestry;
  private final MappingRules rules;
  private final RowSetRules setRules;

  /** What is copied to each table, by its name in the target. */
  private final Map<TableName, List<ColumnMapping>> columns = new HashMap<>();

  private final Map<TableName, ExistingTable> existing = new TreeMap<>();

  private Planner(PlanInput input) {
    this.input = input;
    this.heirs = new Heirs(input.source().tables());
    this.travel = new Travel(input.source(), input.target(), input.server());
    this.ancestry = Ancestry.of(input.source());
    this.rules =
        new MappingRules(input.options(), ancestry, input.source().database().majorVersion());
    this.setRules =
        new RowSetRules(
            input.wanted(),
            input.mapped().origins().entrySet().stream()
                .collect(Collectors.toMap(each -> each.getValue().source(), Map.Entry::getKey)),
            columns,
            input.options(),
            ancestry);
  }

  static PlanOutcome plan(PlanInput input) {
    return Obstacles.find(input)
        .<PlanOutcome>map(refused -> refused)
        .orElseGet(() -> new Planner(input).planned());
  }

  private PlanOutcome planned() {
    List<Table> tables = input.wanted().tables();
    for (Table table : tables) {
      input
          .target()
          .table(table.name())
          .ifPresent(
              there ->
                  existing.put(
                      table.name(), ExistingTable.compare(table, there, origin(table), rules)));
      columns.put(
          table.name(),
          Optional.ofNullable(existing.get(table.name()))
              .map(ExistingTable::columns)
              .orElseGet(() -> columns(table)));
    }
    Optional<PlanOutcome.Refused> unfilled =
        tables.stream().flatMap(table -> unfilled(table).stream()).findFirst();
    if (unfilled.isPresent()) {
      return unfilled.get();
    }
    Carried carried = Carried.between(input.wanted(), input.target(), input.server());
    Phases phases = Phases.of(tables);
    WorkOrder order = WorkOrder.of(tables, foreignKeysInTarget());
    List<TablePlan> plans = tablePlans(phases, order);
    Optional<PlanOutcome.Refused> refused = RuleObstacles.find(input, ancestry, plans);
    if (refused.isPresent()) {
      return refused.get();
    }
    Catalog missing = carried.missing();
    MigrationPlan migration =
        new MigrationPlan(
            input.sourceUri(),
            input.targetUri(),
            input.catalogDigest(),
            PlanOptions.text(input.options()),
            carried.expected(),
            DdlGenerator.preData(missing),
            postData(missing),
            sequences(missing.tables()),
            inSource(phases.lists()),
            plans.stream().map(plan -> PlanJson.digest(PlanJson.write(plan))).toList(),
            exceptions(carried),
            risks(tables, missing, phases, order),
            Estimate.seconds(tables),
            input.mapped().movedSequences());
    return new Planned(plans, migration);
  }

  private Optional<PlanOutcome.Refused> unfilled(Table table) {
    return Optional.ofNullable(existing.get(table.name()))
        .flatMap(
            there ->
                RequiredColumns.unfilled(
                    table,
                    input.target().table(table.name()).orElseThrow(),
                    there,
                    origin(table),
                    input.target()));
  }

  private TableOrigin origin(Table table) {
    return Optional.ofNullable(input.mapped().origins().get(table.name())).orElseThrow();
  }

  /** The sequences that are carried, by their names in the source. */
  private List<TableName> sequences(List<Table> created) {
    Map<TableName, TableName> before = new HashMap<>();
    input.mapped().movedSequences().forEach(moved -> before.put(moved.target(), moved.source()));
    return Carried.sequences(input.wanted(), input.target(), created).stream()
        .map(name -> before.getOrDefault(name, name))
        .sorted()
        .toList();
  }

  private List<List<TableName>> inSource(List<List<TableName>> phases) {
    return phases.stream()
        .map(
            names ->
                names.stream()
                    .map(name -> input.wanted().table(name).orElseThrow())
                    .map(table -> origin(table).source())
                    .sorted()
                    .toList())
        .toList();
  }

  private List<Statement> postData(Catalog missing) {
    List<Statement> all = new ArrayList<>(DdlGenerator.views(missing));
    missing.tables().forEach(table -> all.addAll(DdlGenerator.postTable(table)));
    missing.views().forEach(view -> all.addAll(DdlGenerator.postView(view)));
    all.addAll(DdlGenerator.comments(missing));
    all.addAll(DdlGenerator.owners(missing, input.server().roles(), input.server().connected()));
    return all;
  }

  private List<TablePlan> tablePlans(Phases phases, WorkOrder order) {
    Map<TableName, Integer> numbers = new HashMap<>();
    order.tables().forEach(table -> numbers.put(table.name(), numbers.size()));
    List<TablePlan> plans = new ArrayList<>();
    for (Table table : order.tables()) {
      TableName name = table.name();
      List<Integer> before =
          order.dependsOn().getOrDefault(name, new TreeSet<>()).stream()
              .map(numbers::get)
              .sorted()
              .toList();
      int phase = phases.phaseOf().getOrDefault(name, 1);
      Optional<ExistingTable> there = Optional.ofNullable(existing.get(name));
      plans.add(
          there.isPresent()
              ? filled(plans.size(), table, there.get(), phase, before)
              : made(plans.size(), table, phase, before));
    }
    return plans;
  }

  private TablePlan filled(
      int index, Table table, ExistingTable there, int phase, List<Integer> before) {
    Table to = input.target().table(table.name()).orElseThrow();
    return new TablePlan(
        index,
        origin(table).source(),
        table.name(),
        to.structure(),
        false,
        phase,
        before,
        there.columns(),
        List.of(),
        List.of(),
        List.of(),
        table.size().rows(),
        table.size().totalBytes(),
        Stream.concat(there.unmapped().stream(), dropped(table).stream()).toList(),
        travel.textColumns(table, to, there.columns()),
        setRules.of(origin(table).source(), table, to, input.target(), false));
  }

  private TablePlan made(int index, Table table, int phase, List<Integer> before) {
    List<Statement> indexes = new ArrayList<>(DdlGenerator.indexes(table));
    for (Table part : input.wanted().tables()) {
      if (part.partition().map(Partition::parent).filter(table.name()::equals).isPresent()) {
        indexes.addAll(DdlGenerator.attachIndexes(part));
      }
    }
    TableOrigin origin = origin(table);
    List<ColumnMapping> copied = Optional.ofNullable(columns.get(table.name())).orElseThrow();
    return new TablePlan(
        index,
        origin.source(),
        table.name(),
        heirs.asMade(table).structure(),
        true,
        phase,
        before,
        copied,
        DdlGenerator.keys(table),
        indexes,
        DdlGenerator.foreignKeys(table, DdlGenerator.partitioned(input.wanted().tables())),
        table.size().rows(),
        table.size().totalBytes(),
        dropped(table),
        travel.textColumns(table, table, copied),
        setRules.of(origin.source(), table, table, input.wanted(), true));
  }

  /** What is copied to a table that is made. */
  private List<ColumnMapping> columns(Table table) {
    TableOrigin origin = origin(table);
    return table.copiedColumns().stream()
        .map(
            column -> {
              ColumnOrigin from = origin.of(column.name());
              return new ColumnMapping(
                  from.column(),
                  column.name(),
                  from.type(),
                  column.type(),
                  1,
                  from.declared() ? ColumnMapping.DECLARED : "",
                  rules.of(origin, table, column, column),
                  from.expression());
            })
        .toList();
  }

  private List<ColumnMapping> dropped(Table table) {
    return origin(table).dropped().stream()
        .map(
            column ->
                new ColumnMapping(
                    column.column(), "", column.type(), "", 1, ColumnMapping.DECLARED, List.of()))
        .toList();
  }

  /** What tables of the target refer to; a partition refers to what its parents refer to. */
  private Map<TableName, Set<TableName>> foreignKeysInTarget() {
    Map<TableName, Set<TableName>> all = new TreeMap<>();
    for (TableName name : existing.keySet()) {
      Set<TableName> referenced = new TreeSet<>();
      Optional<Table> at = input.target().table(name);
      while (at.isPresent()) {
        at.get().foreignKeys().stream().map(ForeignKey::referencedTable).forEach(referenced::add);
        at = at.get().partition().map(Partition::parent).flatMap(input.target()::table);
      }
      all.put(name, referenced);
    }
    return all;
  }

  private List<NotCarried> exceptions(Carried carried) {
    List<NotCarried> all = new ArrayList<>(carried.exceptions());
    input
        .source()
        .uncarried()
        .forEach(each -> all.add(new NotCarried(each.kind(), each.identity(), each.reason())));
    all.addAll(input.mapped().exceptions());
    existing.values().forEach(table -> all.addAll(table.exceptions()));
    input.source().tables().stream()
        .filter(table -> !existing.containsKey(table.name()))
        .forEach(table -> heirs.exception(table).ifPresent(all::add));
    return all.stream()
        .distinct()
        .sorted(
            Comparator.comparing(NotCarried::kind)
                .thenComparing(NotCarried::object)
                .thenComparing(NotCarried::reason))
        .toList();
  }

  private List<String> risks(List<Table> tables, Catalog missing, Phases phases, WorkOrder order) {
    List<String> all = new ArrayList<>(Risks.ofDatabases(input.source(), input.target()));
    all.addAll(Risks.ofOwners(missing, input.server()));
    all.addAll(Risks.ofCycles(phases));
    all.addAll(Risks.ofCircles(order.circles()));
    if (input.options().getExistingRows() == ExistingRows.APPEND) {
      all.addAll(Risks.ofJoining(List.copyOf(existing.keySet())));
    }
    foreignKeysInTarget()
        .forEach(
            (table, referenced) -> {
              // Rows that join others come in one statement, in which their order is of no account.
              if (referenced.contains(table)
                  && input.options().getExistingRows() != ExistingRows.APPEND) {
                all.add(Risks.ofSelfReference(table));
              }
            });
    tables.forEach(table -> all.addAll(Risks.of(table)));
    all.addAll(input.mapped().risks());
    tables.forEach(table -> all.addAll(RowSetRules.risks(table, table.name())));
    existing.values().forEach(table -> all.addAll(table.risks()));
    return all.stream().distinct().toList();
  }
}
