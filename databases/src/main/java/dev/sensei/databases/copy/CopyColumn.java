package dev.sensei.databases.copy;

import dev.sensei.databases.SqlIdentifier;

/**
 * Where one column of the target gets its values from.
 *
 * @param sourceSql an SQL expression over the source's row, of the target column's type: COPY does
 *     not convert. Trusted: it comes from an approved plan
 * @param target the column's name in the target, unquoted
 */
public record CopyColumn(String sourceSql, String target) {
  /** A column that keeps its name and type. */
  public static CopyColumn same(String name) {
    return new CopyColumn(SqlIdentifier.quote(name), name);
  }

  /** A column that keeps its type and gets another name. */
  public static CopyColumn renamed(String source, String target) {
    return new CopyColumn(SqlIdentifier.quote(source), target);
  }

  /** A column computed by an SQL expression. */
  public static CopyColumn computed(String sourceSql, String target) {
    return new CopyColumn("(" + sourceSql + ")", target);
  }
}
