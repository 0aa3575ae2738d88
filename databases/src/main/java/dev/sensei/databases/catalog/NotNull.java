package dev.sensei.databases.catalog;

import java.util.Optional;

/**
 * A column's NOT NULL.
 *
 * @param name of the constraint, where the server names them (PostgreSQL 18 and later)
 * @param local whether it is the table's own, else it comes from a parent alone
 * @param noInherit whether children do not take it over
 * @param valid whether existing rows have been checked
 */
public record NotNull(
    Optional<String> name,
    boolean local,
    boolean noInherit,
    boolean valid,
    Optional<String> comment) {}
