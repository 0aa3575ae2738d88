package dev.sensei.databases.catalog;

import dev.sensei.databases.TableName;
import java.util.List;
import java.util.Optional;

/**
 * A composite type.
 *
 * @param dependsOn what has to exist before it, as {@link ObjectName} writes it
 */
public record CompositeType(
    TableName name,
    List<Attribute> attributes,
    String owner,
    Optional<String> comment,
    List<String> dependsOn) {
  public CompositeType {
    attributes = List.copyOf(attributes);
    dependsOn = List.copyOf(dependsOn);
  }

  /**
   * One attribute.
   *
   * @param type as {@code format_type} gives it
   * @param collation quoted and qualified, where it is not the type's own
   */
  public record Attribute(
      String name, String type, Optional<String> collation, Optional<String> comment) {}
}
