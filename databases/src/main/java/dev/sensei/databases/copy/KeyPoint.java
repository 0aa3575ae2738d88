package dev.sensei.databases.copy;

import java.util.List;

/**
 * A value for each column of a {@link RangeKey}: a piece of the source's content, which goes
 * nowhere but into the target's ledger and back to the source.
 *
 * @param values in the key's order, each as the text of its type under the settings of {@code
 *     CanonicalSession}, which its type reads back as the same value
 */
public record KeyPoint(List<String> values) {
  public KeyPoint {
    values = List.copyOf(values);
  }

  /** Without the values. */
  @Override
  public String toString() {
    return "KeyPoint[" + values.size() + " values]";
  }
}
