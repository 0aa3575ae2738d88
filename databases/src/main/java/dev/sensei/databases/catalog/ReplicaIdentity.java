package dev.sensei.databases.catalog;

/** By what logical replication tells rows apart. */
public enum ReplicaIdentity {
  DEFAULT,
  NOTHING,
  FULL,
  INDEX
}
