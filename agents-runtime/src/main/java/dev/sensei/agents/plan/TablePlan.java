package dev.sensei.agents.plan;

import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.ddl.Statement;
import java.util.List;

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
    long byteEstimate) {
  public TablePlan {
    dependsOn = List.copyOf(dependsOn);
    columns = List.copyOf(columns);
    keys = List.copyOf(keys);
    indexes = List.copyOf(indexes);
    foreignKeys = List.copyOf(foreignKeys);
  }

  /** The lowest confidence of its mappings; 1 where there are none. */
  public double confidence() {
    return columns.stream().mapToDouble(ColumnMapping::confidence).min().orElse(1);
  }
}
