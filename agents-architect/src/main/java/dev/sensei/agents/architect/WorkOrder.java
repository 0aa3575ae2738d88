package dev.sensei.agents.architect;

import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jgrapht.Graph;
import org.jgrapht.alg.connectivity.KosarajuStrongConnectivityInspector;
import org.jgrapht.graph.DefaultDirectedGraph;
import org.jgrapht.graph.DefaultEdge;

/**
 * The order in which tables are started: the largest first, since it takes longest, but no table
 * before one that has to be done before it.
 *
 * <p>A table waits for its partitions, whose keys and indexes its own are made of. Where the target
 * table exists with its foreign keys, it also waits for the tables that these refer to.
 *
 * @param tables the tables in the order of work
 * @param dependsOn for each table those that have to be done before it
 * @param circles tables whose foreign keys in the target form a circle; inside, nobody waits
 */
record WorkOrder(
    List<Table> tables,
    Map<TableName, SortedSet<TableName>> dependsOn,
    List<List<TableName>> circles) {

  /**
   * Orders tables.
   *
   * @param tables the source's tables
   * @param inTarget the foreign keys that are in the target already, by table; none for a table
   *     that is made
   */
  static WorkOrder of(List<Table> tables, Map<TableName, Set<TableName>> inTarget) {
    Graph<TableName, DefaultEdge> waits = new DefaultDirectedGraph<>(DefaultEdge.class);
    tables.stream().map(Table::name).sorted().forEach(waits::addVertex);
    for (Table table : tables) {
      table
          .partition()
          .filter(place -> waits.containsVertex(place.parent()))
          .ifPresent(place -> waits.addEdge(table.name(), place.parent()));
    }
    inTarget.forEach(
        (table, referenced) ->
            referenced.stream()
                .filter(before -> !before.equals(table) && waits.containsVertex(before))
                .forEach(before -> waits.addEdge(before, table)));
    List<List<TableName>> circles = breakCircles(waits);
    return new WorkOrder(sorted(tables, waits), dependencies(waits), circles);
  }

  private static List<List<TableName>> breakCircles(Graph<TableName, DefaultEdge> waits) {
    List<List<TableName>> circles = new ArrayList<>();
    for (Set<TableName> circle :
        new KosarajuStrongConnectivityInspector<>(waits).stronglyConnectedSets()) {
      if (circle.size() > 1) {
        circles.add(circle.stream().sorted().toList());
        Predicate<DefaultEdge> inside =
            edge ->
                circle.contains(waits.getEdgeSource(edge))
                    && circle.contains(waits.getEdgeTarget(edge));
        waits.removeAllEdges(waits.edgeSet().stream().filter(inside).toList());
      }
    }
    circles.sort(Comparator.comparing(List::getFirst));
    return List.copyOf(circles);
  }

  private static Map<TableName, SortedSet<TableName>> dependencies(
      Graph<TableName, DefaultEdge> waits) {
    Map<TableName, SortedSet<TableName>> all = new TreeMap<>();
    for (TableName table : waits.vertexSet()) {
      SortedSet<TableName> before = new TreeSet<>();
      waits.incomingEdgesOf(table).forEach(edge -> before.add(waits.getEdgeSource(edge)));
      all.put(table, before);
    }
    return all;
  }

  private static List<Table> sorted(List<Table> tables, Graph<TableName, DefaultEdge> waits) {
    Map<TableName, Table> byName = new HashMap<>();
    tables.forEach(table -> byName.put(table.name(), table));
    Map<TableName, Integer> missing = new HashMap<>();
    PriorityQueue<Table> ready =
        new PriorityQueue<>(
            Comparator.comparingLong((Table table) -> table.size().totalBytes())
                .reversed()
                .thenComparing(Table::name));
    for (Table table : tables) {
      int before = waits.inDegreeOf(table.name());
      missing.put(table.name(), before);
      if (before == 0) {
        ready.add(table);
      }
    }
    List<Table> order = new ArrayList<>();
    for (Table next = ready.poll(); next != null; next = ready.poll()) {
      order.add(next);
      for (DefaultEdge edge : waits.outgoingEdgesOf(next.name())) {
        TableName waiting = waits.getEdgeTarget(edge);
        if (missing.merge(waiting, -1, Integer::sum) == 0) {
          ready.add(java.util.Objects.requireNonNull(byName.get(waiting)));
        }
      }
    }
    return List.copyOf(order);
  }
}
