package dev.sensei.databases.catalog;

import dev.sensei.databases.TableName;

/** How objects of a catalog name each other: the kind, a space, the name as SQL writes it. */
public final class ObjectName {
  private ObjectName() {}

  /** A table, view or materialised view. */
  public static String relation(TableName name) {
    return "relation " + name;
  }

  /** An enum, domain or composite type. */
  public static String type(TableName name) {
    return "type " + name;
  }

  /** A function or procedure, by its name with argument types. */
  public static String routine(String name) {
    return "routine " + name;
  }
}
