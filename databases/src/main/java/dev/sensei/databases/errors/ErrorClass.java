package dev.sensei.databases.errors;

/** What kind of trouble a database error is, and so what can be done about it. */
public enum ErrorClass {
  /** Passes by itself: connection lost, deadlock, lock wait, server starting. Try again. */
  TRANSIENT,
  /** Rows are at fault: a constraint, a type, an encoding. Trying again does not help. */
  DATA,
  /** A table, column or type is missing or is not as expected. */
  SCHEMA,
  /** The server is out of space, memory or connections. Somebody has to make room. */
  RESOURCE,
  /** The role may not do this. */
  PERMISSION,
  /** An address, a password, a database name or a server setting is wrong. */
  CONFIGURATION,
  /** Everything else: a fault of this program or of the server. */
  INTERNAL
}
