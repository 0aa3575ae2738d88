package dev.sensei.databases.ddl;

/**
 * A statement for the target.
 *
 * @param sql one statement, without a semicolon at its end
 * @param object what it is about, such as {@code table public.orders}
 */
public record Statement(String sql, String object, Section section) {
  /**
   * Whether it builds an index of a table and does nothing else, so that it may run beside others
   * of its kind on the same table.
   */
  public boolean buildsIndex() {
    return sql.startsWith("CREATE INDEX ") || sql.startsWith("CREATE UNIQUE INDEX ");
  }
}
