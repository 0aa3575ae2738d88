package dev.sensei.databases.catalog;

import dev.sensei.databases.TableName;
import java.util.List;
import java.util.Optional;

/**
 * A domain.
 *
 * @param baseType as {@code format_type} gives it
 * @param notNullName the name of its NOT NULL constraint, where the server names them
 * @param collation quoted and qualified, where it is not the base type's own
 * @param dependsOn what has to exist before it, as {@link ObjectName} writes it
 */
public record Domain(
    TableName name,
    String baseType,
    boolean notNull,
    Optional<String> notNullName,
    Optional<String> defaultExpression,
    Optional<String> collation,
    List<Check> checks,
    String owner,
    Optional<String> comment,
    List<String> dependsOn) {
  public Domain {
    checks = List.copyOf(checks);
    dependsOn = List.copyOf(dependsOn);
  }
}
