package dev.sensei.databases.catalog;

import java.util.List;
import java.util.Optional;

/**
 * A function or procedure.
 *
 * @param kind {@code FUNCTION} or {@code PROCEDURE}, as SQL says it
 * @param name schema, name and argument types, as SQL names it
 * @param definition the statement that creates it
 * @param dependsOn what has to exist before it, as {@link ObjectName} writes it
 */
public record Routine(
    Kind kind,
    String name,
    String definition,
    String owner,
    Optional<String> comment,
    List<String> dependsOn) {
  /** What a routine is. */
  public enum Kind {
    FUNCTION,
    PROCEDURE
  }

  public Routine {
    dependsOn = List.copyOf(dependsOn);
  }
}
