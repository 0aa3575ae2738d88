package dev.sensei.agents.architect.mapping;

import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.rules.TypeCast;

/** What becomes of rows with a value that a cast fails for. */
@FunctionalInterface
public interface CastFaults {

  /**
   * Whether such rows are set aside or repaired, so that they need not keep anybody from moving the
   * others.
   *
   * @param source the table in the source
   * @param column the source's column; empty where the values are an expression of no column
   */
  boolean areDealtWith(Table source, String column, TypeCast cast);
}
