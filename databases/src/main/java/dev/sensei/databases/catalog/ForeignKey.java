package dev.sensei.databases.catalog;

import dev.sensei.databases.TableName;
import java.util.List;
import java.util.Optional;

/**
 * A foreign key.
 *
 * @param referencedColumns in the order of {@code columns}
 * @param definition such as {@code FOREIGN KEY (a) REFERENCES public.b(id) ON DELETE CASCADE}, with
 *     {@code DEFERRABLE} and {@code NOT VALID}
 * @param valid whether existing rows have been checked
 */
public record ForeignKey(
    String name,
    List<String> columns,
    TableName referencedTable,
    List<String> referencedColumns,
    String definition,
    boolean deferrable,
    boolean initiallyDeferred,
    boolean valid,
    Optional<String> comment) {
  public ForeignKey {
    columns = List.copyOf(columns);
    referencedColumns = List.copyOf(referencedColumns);
  }
}
