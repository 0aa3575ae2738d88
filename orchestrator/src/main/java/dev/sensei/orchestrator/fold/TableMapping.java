package dev.sensei.orchestrator.fold;

import java.util.List;

/**
 * What becomes of one source table, as a person declared it.
 *
 * @param table the table's name in the source
 * @param target its name in the target; empty where it keeps its own
 * @param columns the columns of which something is said
 * @param added the columns that are added, in their order
 */
public record TableMapping(
    String table, String target, List<DeclaredColumn> columns, List<AddedColumn> added) {
  public TableMapping {
    columns = List.copyOf(columns);
    added = List.copyOf(added);
  }
}
