package dev.sensei.databases;

/** Which side of a migration a database is on. */
public enum DatabaseRole {
  SOURCE,
  TARGET;

  /** The environment variable that holds this side's password. */
  public String passwordVariable() {
    return name() + "_PGPASSWORD";
  }
}
