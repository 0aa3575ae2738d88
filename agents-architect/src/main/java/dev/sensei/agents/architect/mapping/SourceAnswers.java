package dev.sensei.agents.architect.mapping;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.ColumnUses;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the source's server said about declared mappings.
 *
 * @param readings by source table and by the column's name in the target; none for columns that
 *     nothing is said of
 * @param quoted names as the server writes them, where it quotes others than we do
 * @param uses which columns definitions name
 * @param risks what was seen on the sample, one line each
 */
record SourceAnswers(
    Map<TableName, Map<String, Reading>> readings,
    Map<String, String> quoted,
    ColumnUses uses,
    List<String> risks) {
  SourceAnswers {
    readings = Map.copyOf(readings);
    quoted = Map.copyOf(quoted);
    risks = List.copyOf(risks);
  }

  Optional<Reading> reading(MappedTable table, MappedColumn column) {
    return Optional.ofNullable(readings.get(table.source().name()))
        .flatMap(columns -> Optional.ofNullable(columns.get(column.target())));
  }

  /** A name as the server writes it in definitions. */
  String written(String name) {
    return quoted.getOrDefault(name, SqlIdentifier.quoteWhereNeeded(name));
  }

  String written(TableName table) {
    return written(table.schema()) + "." + written(table.name());
  }
}
