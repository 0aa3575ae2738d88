package dev.sensei.agents.plan;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The columns of a table that keep its rows from travelling in COPY's binary form.
 *
 * @param reasons why, by the target column's name; at least one
 */
public record TextColumns(SortedMap<String, String> reasons) {
  public TextColumns {
    if (reasons.isEmpty()) {
      throw new IllegalArgumentException("expected a column that asks for text, found none");
    }
    reasons = Collections.unmodifiableSortedMap(new TreeMap<>(reasons));
  }
}
