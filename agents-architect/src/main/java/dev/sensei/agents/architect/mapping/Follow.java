package dev.sensei.agents.architect.mapping;

import dev.sensei.agents.architect.mapping.DefinitionText.Item;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.ForeignKey;
import dev.sensei.databases.catalog.Index;
import dev.sensei.databases.catalog.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Definitions of keys, foreign keys and indexes under the names of the target. Each is read by its
 * grammar and compared with what the catalog says of it; where the two do not agree, there is none.
 */
final class Follow {
  private final SourceAnswers answers;

  Follow(SourceAnswers answers) {
    this.answers = answers;
  }

  /** A key over other columns; absent where it is more than a list of columns. */
  Optional<Key> key(Key key, Function<String, String> columns) {
    DefinitionText text = new DefinitionText(key.definition());
    String kind =
        switch (key.kind()) {
          case PRIMARY_KEY -> "PRIMARY KEY ";
          case UNIQUE -> "UNIQUE ";
          case EXCLUSION -> "";
        };
    if (kind.isEmpty()) {
      return Optional.empty();
    }
    text.expect(kind);
    String nulls = text.accept("NULLS NOT DISTINCT ") ? "NULLS NOT DISTINCT " : "";
    List<String> over = text.names();
    List<String> included = text.accept(" INCLUDE ") ? text.names() : List.of();
    if (!text.read()
        || !text.rest().isEmpty()
        || !over.equals(key.columns())
        || !included.equals(key.included())) {
      return Optional.empty();
    }
    List<String> others = key.columns().stream().map(columns).toList();
    List<String> otherIncluded = key.included().stream().map(columns).toList();
    return Optional.of(
        new Key(
            key.name(),
            key.kind(),
            others,
            otherIncluded,
            kind
                + nulls
                + list(others)
                + (otherIncluded.isEmpty() ? "" : " INCLUDE " + list(otherIncluded)),
            key.deferrable(),
            key.initiallyDeferred(),
            key.options(),
            key.tablespace(),
            key.indexStatistics(),
            key.parentIndex(),
            key.comment(),
            key.indexComment()));
  }

  /** A foreign key between other columns, to another table; absent where it is more than that. */
  Optional<ForeignKey> foreignKey(
      ForeignKey key,
      Function<String, String> columns,
      TableName referenced,
      Function<String, String> referencedColumns) {
    DefinitionText text = new DefinitionText(key.definition());
    List<String> from = text.expect("FOREIGN KEY ").names();
    String schema = text.expect(" REFERENCES ").name();
    String name = text.expect(".").name();
    List<String> to = text.names();
    if (!text.read()
        || !from.equals(key.columns())
        || !to.equals(key.referencedColumns())
        || !new TableName(schema, name).equals(key.referencedTable())) {
      return Optional.empty();
    }
    Optional<String> rest = actions(text.rest(), columns);
    List<String> others = key.columns().stream().map(columns).toList();
    List<String> otherReferenced = key.referencedColumns().stream().map(referencedColumns).toList();
    return rest.map(
        actions ->
            new ForeignKey(
                key.name(),
                others,
                referenced,
                otherReferenced,
                "FOREIGN KEY "
                    + list(others)
                    + " REFERENCES "
                    + answers.written(referenced)
                    + list(otherReferenced)
                    + actions,
                key.deferrable(),
                key.initiallyDeferred(),
                key.valid(),
                key.comment()));
  }

  /** What is behind the columns; of it, {@code SET NULL (a)} names columns again. */
  private Optional<String> actions(String rest, Function<String, String> columns) {
    for (String action : List.of(" ON DELETE SET NULL ", " ON DELETE SET DEFAULT ")) {
      int at = rest.indexOf(action + "(");
      if (at >= 0) {
        DefinitionText text = new DefinitionText(rest.substring(at + action.length()));
        List<String> names = text.names();
        return text.read()
            ? Optional.of(
                rest.substring(0, at)
                    + action
                    + list(names.stream().map(columns).toList())
                    + text.rest())
            : Optional.empty();
      }
    }
    return Optional.of(rest);
  }

  /**
   * An index over another table; absent where its definition is not read.
   *
   * @param columns new names; absent where no column that it names has another name or type
   * @param plain whether it may name no operator class, collation or method but the usual, as where
   *     a column's type changes
   */
  Optional<Index> index(
      Index index,
      TableName table,
      TableName target,
      Optional<Function<String, String>> columns,
      boolean plain) {
    DefinitionText text = new DefinitionText(index.definition());
    text.expect("CREATE ");
    boolean unique = text.accept("UNIQUE ");
    String name = text.expect("INDEX ").name();
    boolean only = text.expect(" ON ").accept("ONLY ");
    String schema = text.name();
    String on = text.expect(".").name();
    text.expect(" USING ");
    if (!text.read()
        || !name.equals(index.name().name())
        || !table.equals(new TableName(schema, on))) {
      return Optional.empty();
    }
    Optional<String> rest =
        columns.isEmpty() ? Optional.of(text.rest()) : using(text, index, columns.get(), plain);
    return rest.map(
        using ->
            new Index(
                new TableName(target.schema(), index.name().name()),
                index.unique(),
                columns
                    .map(to -> index.columns().stream().map(to).toList())
                    .orElse(index.columns()),
                "CREATE "
                    + (unique ? "UNIQUE " : "")
                    + "INDEX "
                    + answers.written(name)
                    + " ON "
                    + (only ? "ONLY " : "")
                    + answers.written(target)
                    + " USING "
                    + using,
                index.valid(),
                index.tablespace(),
                index.statistics(),
                index.parentIndex(),
                index.comment()));
  }

  private Optional<String> using(
      DefinitionText text, Index index, Function<String, String> columns, boolean plain) {
    String method = text.name();
    Optional<List<Item>> items = text.expect(" ").items();
    if (items.isEmpty()
        || !items.get().stream().map(Item::name).toList().equals(index.columns())
        || (plain && !(method.equals("btree") && items.get().stream().allMatch(Item::plain)))) {
      return Optional.empty();
    }
    List<String> included = text.accept(" INCLUDE ") ? text.names() : List.of();
    if (!text.read() || text.rest().contains(" WHERE ")) {
      return Optional.empty();
    }
    return Optional.of(
        method
            + " ("
            + items.get().stream()
                .map(item -> answers.written(columns.apply(item.name())) + item.rest())
                .collect(Collectors.joining(", "))
            + ")"
            + (included.isEmpty()
                ? ""
                : " INCLUDE " + list(included.stream().map(columns).toList()))
            + text.rest());
  }

  /** What a table is partitioned by, under other names; absent where that is an expression. */
  Optional<String> partitionKey(String key, Function<String, String> columns) {
    DefinitionText text = new DefinitionText(key);
    String strategy = text.name();
    Optional<List<Item>> items = text.expect(" ").items();
    return items
        .filter(found -> text.rest().isEmpty())
        .map(
            found -> {
              List<String> parts = new ArrayList<>();
              found.forEach(
                  item -> parts.add(answers.written(columns.apply(item.name())) + item.rest()));
              return strategy + " (" + String.join(", ", parts) + ")";
            });
  }

  private String list(List<String> names) {
    return names.stream().map(answers::written).collect(Collectors.joining(", ", "(", ")"));
  }
}
