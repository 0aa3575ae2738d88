package dev.sensei.databases.ddl;

/** When a statement is due; sections run in this order. */
public enum Section {
  SCHEMAS,
  EXTENSIONS,
  /** Types, routines, sequences and tables without keys, in the order their dependencies need. */
  OBJECTS,
  /** Which column owns which sequence. */
  SEQUENCE_OWNERS,
  /**
   * Primary keys, unique and exclusion constraints, with the indexes that they take over, when the
   * table's rows are there.
   */
  KEYS,
  INDEXES,
  /** Partitions' indexes join those of their parents, when all of both are there. */
  ATTACH_INDEXES,
  FOREIGN_KEYS,
  SEQUENCE_VALUES,
  VIEWS,
  /** Replica identity, clustering, statistics, rules, policies, triggers. */
  POST_TABLE,
  COMMENTS,
  OWNERS
}
