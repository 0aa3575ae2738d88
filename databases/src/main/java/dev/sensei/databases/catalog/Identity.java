package dev.sensei.databases.catalog;

import java.util.Optional;

/**
 * That a column's values are generated.
 *
 * @param always whether {@code GENERATED ALWAYS}, else {@code BY DEFAULT}
 * @param sequence what gives out the values; empty in a partition, which uses its parent's
 */
public record Identity(boolean always, Optional<Sequence> sequence) {}
