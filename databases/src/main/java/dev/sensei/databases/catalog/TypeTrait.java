package dev.sensei.databases.catalog;

/** A trait of a type that decides how its values travel. */
public enum TypeTrait {
  /** It has no functions for COPY's binary form, or none that takes back every value. */
  NO_BINARY_FORM,
  /** Its text form can be written and not be read, as that of {@code pg_node_tree}. */
  NO_INPUT,
  /** It names an object or a role, such as {@code regclass}; the binary form has its object id. */
  NAMES_OBJECTS,
  /** An array or composite whose binary form has object ids of types of the database's own. */
  OWN_OBJECT_IDS,
  /**
   * The row type of a table that has parents. Where that table is made anew, its parents' columns
   * come first, so that the row may have another order.
   */
  ROW_OF_HEIR
}
