package dev.sensei.agents.plan;

import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.copy.CopyFormat;
import dev.sensei.databases.ddl.Statement;
import dev.sensei.databases.rules.SetRule;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The plan for one table.
 *
 * @param index its number in the plan, from 0, in the order of work
 * @param source the table in the source
 * @param target the table in the target
 * @param definition what the target table has to be in the end, foreign keys among it
 * @param created whether the migration makes the table; else it was in the target before
 * @param phase the phase of the DAG it belongs to, from 1
 * @param dependsOn numbers of the tables that have to be done before it starts
 * @param columns the columns that are copied, in the order of the target
 * @param keys primary key, unique and exclusion constraints, built once the rows are there
 * @param indexes indexes and all else that completes the table, in order
 * @param foreignKeys foreign keys, added once every table is done
 * @param rowEstimate rows expected
 * @param byteEstimate bytes expected
 * @param unmapped columns of the source that are not copied, with an empty target where there is
 *     none; with a confidence of 0, but for those that a person declared to be dropped
 * @param textColumns the columns for which rows travel in COPY's text form; absent where they
 *     travel in the binary one
 * @param setRules what its rows have to keep together that the source does not guarantee
 */
public record TablePlan(
    int index,
    TableName source,
    TableName target,
    Table definition,
    boolean created,
    int phase,
    List<Integer> dependsOn,
    List<ColumnMapping> columns,
    List<Statement> keys,
    List<Statement> indexes,
    List<Statement> foreignKeys,
    long rowEstimate,
    long byteEstimate,
    List<ColumnMapping> unmapped,
    Optional<TextColumns> textColumns,
    List<SetRule> setRules) {
  public TablePlan {
    dependsOn = List.copyOf(dependsOn);
    columns = List.copyOf(columns);
    keys = List.copyOf(keys);
    indexes = List.copyOf(indexes);
    foreignKeys = List.copyOf(foreignKeys);
    unmapped = List.copyOf(unmapped);
    setRules = List.copyOf(setRules);
  }

  /** The form in which its rows travel. */
  public CopyFormat format() {
    return textColumns.isPresent() ? CopyFormat.TEXT : CopyFormat.BINARY;
  }

  /** Whether any value or row of it has something to keep that the source does not guarantee. */
  public boolean hasRules() {
    return !setRules.isEmpty() || columns.stream().anyMatch(column -> !column.rules().isEmpty());
  }

  /** The lowest confidence of its mappings, unmapped columns among them; 1 where there are none. */
  public double confidence() {
    return mappings().mapToDouble(ColumnMapping::confidence).min().orElse(1);
  }

  /** What is copied, then what is not. */
  public Stream<ColumnMapping> mappings() {
    return Stream.concat(columns.stream(), unmapped.stream());
  }
}
