package dev.sensei.databases.catalog;

import dev.sensei.databases.TableName;
import java.util.List;
import java.util.Optional;

/**
 * An enumerated type.
 *
 * @param labels in their order
 */
public record EnumType(
    TableName name, List<String> labels, String owner, Optional<String> comment) {
  public EnumType {
    labels = List.copyOf(labels);
  }
}
