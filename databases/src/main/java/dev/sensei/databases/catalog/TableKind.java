package dev.sensei.databases.catalog;

/** What a table is. */
public enum TableKind {
  /** Holds rows itself; a leaf partition and an inheritance parent or child are such. */
  ORDINARY,
  /** Its rows are in its partitions. */
  PARTITIONED,
  /** Its rows are elsewhere; its definition is not carried. */
  FOREIGN
}
