package dev.sensei.agents.architect.mapping;

import dev.sensei.agents.architect.mapping.DefinitionText.Item;
import java.util.List;
import java.util.Optional;

/** The columns that a table is partitioned by. */
public final class PartitionColumns {
  private PartitionColumns() {}

  /** The columns of a key such as {@code RANGE (day)}; empty where one is an expression. */
  public static Optional<List<String>> of(String key) {
    DefinitionText text = new DefinitionText(key);
    text.name();
    return text.expect(" ").items().map(items -> items.stream().map(Item::name).toList());
  }
}
