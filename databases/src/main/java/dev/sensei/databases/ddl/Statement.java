package dev.sensei.databases.ddl;

/**
 * A statement for the target.
 *
 * @param sql one statement, without a semicolon at its end
 * @param object what it is about, such as {@code table public.orders}
 */
public record Statement(String sql, String object, Section section) {}
