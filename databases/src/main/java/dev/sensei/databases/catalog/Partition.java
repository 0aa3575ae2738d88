package dev.sensei.databases.catalog;

import dev.sensei.databases.TableName;

/**
 * A table's place in a partitioned one.
 *
 * @param bound such as {@code FOR VALUES IN (1)} or {@code DEFAULT}
 */
public record Partition(TableName parent, String bound) {}
