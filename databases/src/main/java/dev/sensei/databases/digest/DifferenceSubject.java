package dev.sensei.databases.digest;

import java.util.List;

/**
 * One side of a search.
 *
 * @param content what was digested
 * @param keySql SQL expressions of the key, in the same order on both sides, the same text on both
 *     for the same row; empty where the table has no key
 */
public record DifferenceSubject(DigestSubject content, List<String> keySql) {
  public DifferenceSubject {
    keySql = List.copyOf(keySql);
  }

  /** Of the key's text; of the whole row's where there is none. */
  String keyText() {
    return DigestSubject.rowText(keySql.isEmpty() ? content.columnsSql() : keySql);
  }
}
