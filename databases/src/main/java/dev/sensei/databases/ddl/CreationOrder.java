package dev.sensei.databases.ddl;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.SqlLiteral;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.Check;
import dev.sensei.databases.catalog.CompositeType;
import dev.sensei.databases.catalog.Domain;
import dev.sensei.databases.catalog.EnumType;
import dev.sensei.databases.catalog.ObjectName;
import dev.sensei.databases.catalog.Routine;
import dev.sensei.databases.catalog.Sequence;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.catalog.View;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts the creation of types, routines, tables and views into an order in which every object finds
 * what it needs. Objects that need nothing of each other stay in the order of their kind and name.
 * What needs a view, directly or not, comes with the views.
 */
final class CreationOrder {
  private record Node(List<String> dependsOn, List<Statement> statements) {}

  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final Map<String, List<String>> needs = new LinkedHashMap<>();

  private CreationOrder(Catalog catalog) {
    for (EnumType type : catalog.enums()) {
      add(ObjectName.type(type.name()), List.of(), List.of(statement(type)));
    }
    for (Domain domain : catalog.domains()) {
      add(ObjectName.type(domain.name()), domain.dependsOn(), statements(domain));
    }
    for (CompositeType type : catalog.composites()) {
      add(ObjectName.type(type.name()), type.dependsOn(), List.of(statement(type)));
    }
    for (Routine routine : catalog.routines()) {
      add(
          ObjectName.routine(routine.name()),
          routine.dependsOn(),
          List.of(
              new Statement(routine.definition(), "routine " + routine.name(), Section.OBJECTS)));
    }
    for (Table table : catalog.tables()) {
      add(ObjectName.relation(table.name()), table.dependsOn(), TableStatements.create(table));
    }
    for (View view : catalog.views()) {
      add(ObjectName.relation(view.name()), view.dependsOn(), List.of(statement(view)));
    }
  }

  static List<Statement> beforeRows(Catalog catalog) {
    List<Statement> all = new ArrayList<>();
    for (Sequence sequence : catalog.sequences()) {
      all.add(
          new Statement(
              TableStatements.createSequence(sequence),
              "sequence " + sequence.name(),
              Section.OBJECTS));
    }
    CreationOrder order = new CreationOrder(catalog);
    Set<String> late = order.late(catalog);
    for (String name : order.sorted()) {
      if (!late.contains(name)) {
        all.addAll(order.node(name).statements());
      }
    }
    return all;
  }

  static List<Statement> afterRows(Catalog catalog) {
    List<Statement> all = new ArrayList<>();
    CreationOrder order = new CreationOrder(catalog);
    Set<String> late = order.late(catalog);
    for (String name : order.sorted()) {
      if (late.contains(name)) {
        for (Statement statement : order.node(name).statements()) {
          all.add(new Statement(statement.sql(), statement.object(), Section.VIEWS));
        }
      }
    }
    return all;
  }

  private void add(String name, List<String> dependsOn, List<Statement> statements) {
    nodes.put(name, new Node(dependsOn, statements));
    needs.put(name, dependsOn);
  }

  private Node node(String name) {
    Node node = nodes.get(name);
    if (node == null) {
      throw new IllegalStateException("an object of the order is not in the catalog: " + name);
    }
    return node;
  }

  /** Views and all that need them. */
  private Set<String> late(Catalog catalog) {
    Map<String, List<String>> neededBy = new LinkedHashMap<>();
    needs.forEach(
        (name, list) ->
            list.forEach(
                need -> neededBy.computeIfAbsent(need, key -> new ArrayList<>()).add(name)));
    Set<String> late = new HashSet<>();
    Deque<String> open = new ArrayDeque<>();
    catalog.views().forEach(view -> open.add(ObjectName.relation(view.name())));
    while (!open.isEmpty()) {
      String name = open.remove();
      if (late.add(name)) {
        open.addAll(neededBy.getOrDefault(name, List.of()));
      }
    }
    return late;
  }

  /**
   * Depth first, without recursion: chains of views may be long. A cycle is cut where it closes.
   */
  private List<String> sorted() {
    List<String> order = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (String start : nodes.keySet()) {
      if (!seen.add(start)) {
        continue;
      }
      Deque<String> path = new ArrayDeque<>(List.of(start));
      Deque<Iterator<String>> rest = new ArrayDeque<>(List.of(node(start).dependsOn().iterator()));
      while (!path.isEmpty()) {
        @Nullable String next = unseen(rest.element(), seen);
        if (next == null) {
          order.add(path.pop());
          rest.pop();
        } else {
          path.push(next);
          rest.push(node(next).dependsOn().iterator());
        }
      }
    }
    return order;
  }

  private @Nullable String unseen(Iterator<String> candidates, Set<String> seen) {
    while (candidates.hasNext()) {
      String candidate = candidates.next();
      if (nodes.containsKey(candidate) && seen.add(candidate)) {
        return candidate;
      }
    }
    return null;
  }

  private static Statement statement(EnumType type) {
    return new Statement(
        "CREATE TYPE "
            + type.name().quoted()
            + " AS ENUM ("
            + String.join(", ", type.labels().stream().map(SqlLiteral::quote).toList())
            + ")",
        "type " + type.name(),
        Section.OBJECTS);
  }

  private static List<Statement> statements(Domain domain) {
    List<Statement> all = new ArrayList<>();
    StringBuilder sql = new StringBuilder("CREATE DOMAIN ").append(domain.name().quoted());
    sql.append(" AS ").append(domain.baseType());
    domain.collation().ifPresent(collation -> sql.append(" COLLATE ").append(collation));
    if (domain.notNull()) {
      domain
          .notNullName()
          .ifPresent(name -> sql.append(" CONSTRAINT ").append(SqlIdentifier.quote(name)));
      sql.append(" NOT NULL");
    }
    domain.defaultExpression().ifPresent(text -> sql.append(" DEFAULT ").append(text));
    for (Check check : domain.checks()) {
      if (check.valid()) {
        sql.append("\n    CONSTRAINT ").append(SqlIdentifier.quote(check.name())).append(' ');
        sql.append(check.definition());
      }
    }
    String object = "domain " + domain.name();
    all.add(new Statement(sql.toString(), object, Section.OBJECTS));
    for (Check check : domain.checks()) {
      if (!check.valid()) {
        all.add(
            new Statement(
                "ALTER DOMAIN "
                    + domain.name().quoted()
                    + " ADD CONSTRAINT "
                    + SqlIdentifier.quote(check.name())
                    + " "
                    + check.definition(),
                object,
                Section.OBJECTS));
      }
    }
    return all;
  }

  private static Statement statement(CompositeType type) {
    List<String> attributes =
        type.attributes().stream()
            .map(
                attribute ->
                    SqlIdentifier.quote(attribute.name())
                        + " "
                        + attribute.type()
                        + attribute.collation().map(text -> " COLLATE " + text).orElse(""))
            .toList();
    return new Statement(
        "CREATE TYPE " + type.name().quoted() + " AS (" + String.join(", ", attributes) + ")",
        "type " + type.name(),
        Section.OBJECTS);
  }

  private static Statement statement(View view) {
    StringBuilder sql = new StringBuilder("CREATE ");
    sql.append(view.materialized() ? "MATERIALIZED VIEW " : "VIEW ").append(view.name().quoted());
    if (!view.options().isEmpty()) {
      sql.append(" WITH (").append(Options.list(view.options())).append(')');
    }
    sql.append(" AS\n").append(view.definition());
    if (view.materialized()) {
      sql.append(view.populated() ? "\nWITH DATA" : "\nWITH NO DATA");
    }
    return new Statement(
        sql.toString(),
        (view.materialized() ? "materialized view " : "view ") + view.name(),
        Section.VIEWS);
  }
}
