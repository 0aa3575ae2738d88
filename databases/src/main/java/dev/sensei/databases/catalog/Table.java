package dev.sensei.databases.catalog;

import dev.sensei.databases.TableName;
import java.util.List;
import java.util.Optional;

/**
 * A table with all that belongs to it. It stands alone: what it names of others, it names.
 *
 * @param partition its place, where it is a partition
 * @param partitionKey such as {@code RANGE (day)}, where it is partitioned
 * @param inherits parents, in order, where it is no partition
 * @param keys primary key, unique and exclusion constraints, sorted by name
 * @param replicaIdentityIndex where the replica identity is an index
 * @param clusteredOn the index that {@code CLUSTER} would use
 * @param tablespace where it is not the database's own
 * @param accessMethod where it is not {@code heap}
 * @param options such as {@code fillfactor=70}
 * @param toastOptions such as {@code autovacuum_enabled=false}, of the table for large values
 * @param dependsOn what has to exist before it, as {@link ObjectName} writes it
 */
public record Table(
    TableName name,
    TableKind kind,
    boolean unlogged,
    Optional<Partition> partition,
    Optional<String> partitionKey,
    List<TableName> inherits,
    List<Column> columns,
    List<Key> keys,
    List<ForeignKey> foreignKeys,
    List<Check> checks,
    List<Index> indexes,
    List<TableRule> rules,
    boolean rowSecurity,
    boolean forceRowSecurity,
    ReplicaIdentity replicaIdentity,
    Optional<String> replicaIdentityIndex,
    Optional<String> clusteredOn,
    String owner,
    Optional<String> tablespace,
    Optional<String> accessMethod,
    List<String> options,
    List<String> toastOptions,
    Optional<String> comment,
    TableSize size,
    List<String> dependsOn) {

  public Table {
    inherits = List.copyOf(inherits);
    columns = List.copyOf(columns);
    keys = List.copyOf(keys);
    foreignKeys = List.copyOf(foreignKeys);
    checks = List.copyOf(checks);
    indexes = List.copyOf(indexes);
    rules = List.copyOf(rules);
    options = List.copyOf(options);
    toastOptions = List.copyOf(toastOptions);
    dependsOn = List.copyOf(dependsOn);
  }

  /** The primary key. */
  public Optional<Key> primaryKey() {
    return keys.stream().filter(key -> key.kind() == Key.Kind.PRIMARY_KEY).findFirst();
  }

  /** The unique constraints. */
  public List<Key> uniques() {
    return keys.stream().filter(key -> key.kind() == Key.Kind.UNIQUE).toList();
  }

  /** The column of this name. */
  public Optional<Column> column(String columnName) {
    return columns.stream().filter(column -> column.name().equals(columnName)).findFirst();
  }

  /** Whether rows are in the table itself, so that it has to be copied. */
  public boolean holdsRows() {
    return kind == TableKind.ORDINARY;
  }

  /** The columns whose values are copied, all but generated ones, in order. */
  public List<Column> copiedColumns() {
    return columns.stream().filter(column -> column.generated().isEmpty()).toList();
  }

  /** The table without sizes and object ids, as it stays while only rows change. */
  public Table structure() {
    return with(columns.stream().map(Column::structure).toList(), foreignKeys, TableSize.NONE);
  }

  /** The same table with other foreign keys. */
  public Table withForeignKeys(List<ForeignKey> others) {
    return with(columns, others, size);
  }

  /** The same table with other columns. */
  public Table withColumns(List<Column> others) {
    return with(others, foreignKeys, size);
  }

  private Table with(List<Column> otherColumns, List<ForeignKey> otherKeys, TableSize otherSize) {
    return new Table(
        name,
        kind,
        unlogged,
        partition,
        partitionKey,
        inherits,
        otherColumns,
        keys,
        otherKeys,
        checks,
        indexes,
        rules,
        rowSecurity,
        forceRowSecurity,
        replicaIdentity,
        replicaIdentityIndex,
        clusteredOn,
        owner,
        tablespace,
        accessMethod,
        options,
        toastOptions,
        comment,
        otherSize,
        dependsOn);
  }
}
