package dev.sensei.databases.catalog;

/** What a table is. Foreign tables are not carried, so they are none. */
public enum TableKind {
  /** Holds rows itself; a leaf partition and an inheritance parent or child are such. */
  ORDINARY,
  /** Its rows are in its partitions. */
  PARTITIONED
}
