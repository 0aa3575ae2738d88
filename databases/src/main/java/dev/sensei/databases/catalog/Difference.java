package dev.sensei.databases.catalog;

/**
 * Where two catalogs differ.
 *
 * @param object the object and the part of it, such as {@code table public.orders, column total,
 *     type}
 * @param expected what was expected there, {@code nothing} for an object too many
 * @param found what was found there, {@code nothing} for a missing object
 */
public record Difference(String object, String expected, String found) {
  @Override
  public String toString() {
    return object + ": expected " + expected + ", found " + found;
  }
}
