package dev.sensei.databases.catalog;

import dev.sensei.databases.TableName;

/**
 * Where a sequence stands.
 *
 * @param lastValue the value last given out, or the first to be given out where not called
 * @param called whether {@code lastValue} has been given out
 */
public record SequenceValue(TableName name, long lastValue, boolean called) {}
