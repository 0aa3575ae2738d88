package dev.sensei.agents.architect;

import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.ForeignKey;
import dev.sensei.databases.catalog.Partition;
import dev.sensei.databases.catalog.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jgrapht.Graph;
import org.jgrapht.alg.connectivity.KosarajuStrongConnectivityInspector;
import org.jgrapht.graph.DefaultDirectedGraph;
import org.jgrapht.graph.DefaultEdge;
import org.jgrapht.traverse.TopologicalOrderIterator;

/**
 * The phases that foreign keys lead to: a table stands one phase behind the last of those that it
 * refers to, so reference data comes first. Tables that refer to each other in a circle share a
 * phase. A partitioned table and its partitions count as one.
 *
 * @param phaseOf the phase of each table, from 1 without gaps
 * @param cycles the circles, each sorted by name; partitioned tables stand for their partitions
 * @param selfReferences tables that refer to themselves, sorted by name
 */
record Phases(
    SortedMap<TableName, Integer> phaseOf,
    List<List<TableName>> cycles,
    List<TableName> selfReferences) {

  static Phases of(List<Table> tables) {
    Map<TableName, TableName> roots = roots(tables);
    Graph<TableName, DefaultEdge> references = new DefaultDirectedGraph<>(DefaultEdge.class);
    roots.values().stream().sorted().distinct().forEach(references::addVertex);
    Set<TableName> selfReferences = new java.util.TreeSet<>();
    for (Table table : tables) {
      TableName from = rootOf(roots, table.name());
      for (ForeignKey key : table.foreignKeys()) {
        TableName to = rootOf(roots, key.referencedTable());
        if (from.equals(to)) {
          selfReferences.add(from);
        } else if (references.containsVertex(to)) {
          references.addEdge(to, from);
        }
      }
    }
    return levels(roots, references, List.copyOf(selfReferences));
  }

  /** The tables of each phase, sorted by name. */
  List<List<TableName>> lists() {
    SortedMap<Integer, List<TableName>> byPhase = new TreeMap<>();
    phaseOf.forEach(
        (table, phase) -> byPhase.computeIfAbsent(phase, key -> new ArrayList<>()).add(table));
    return List.copyOf(byPhase.values());
  }

  private static Phases levels(
      Map<TableName, TableName> roots,
      Graph<TableName, DefaultEdge> references,
      List<TableName> selfReferences) {
    Graph<Graph<TableName, DefaultEdge>, DefaultEdge> condensed =
        new KosarajuStrongConnectivityInspector<>(references).getCondensation();
    Map<TableName, Integer> levelOf = new HashMap<>();
    List<List<TableName>> cycles = new ArrayList<>();
    TopologicalOrderIterator<Graph<TableName, DefaultEdge>, DefaultEdge> order =
        new TopologicalOrderIterator<>(condensed);
    while (order.hasNext()) {
      Graph<TableName, DefaultEdge> component = order.next();
      Set<TableName> members = component.vertexSet();
      int level =
          condensed.incomingEdgesOf(component).stream()
                  .map(condensed::getEdgeSource)
                  .mapToInt(before -> levelOf.get(before.vertexSet().iterator().next()))
                  .max()
                  .orElse(0)
              + 1;
      members.forEach(member -> levelOf.put(member, level));
      if (members.size() > 1) {
        cycles.add(members.stream().sorted().toList());
      }
    }
    cycles.sort(Comparator.comparing(List::getFirst));
    SortedMap<TableName, Integer> phaseOf = new TreeMap<>();
    roots.forEach((table, root) -> phaseOf.put(table, levelOf.get(root)));
    return new Phases(
        java.util.Collections.unmodifiableSortedMap(phaseOf), List.copyOf(cycles), selfReferences);
  }

  private static Map<TableName, TableName> roots(List<Table> tables) {
    Map<TableName, TableName> parents = new HashMap<>();
    for (Table table : tables) {
      table.partition().map(Partition::parent).ifPresent(up -> parents.put(table.name(), up));
    }
    Map<TableName, TableName> roots = new TreeMap<>();
    for (Table table : tables) {
      TableName root = table.name();
      for (TableName up = parents.get(root); up != null; up = parents.get(root)) {
        root = up;
      }
      roots.put(table.name(), root);
    }
    return roots;
  }

  private static TableName rootOf(Map<TableName, TableName> roots, TableName table) {
    return roots.getOrDefault(table, table);
  }
}
