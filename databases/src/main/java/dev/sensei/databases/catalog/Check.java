package dev.sensei.databases.catalog;

import java.util.Optional;

/**
 * A check constraint of a table or domain.
 *
 * @param definition such as {@code CHECK ((price > 0))}, with {@code NO INHERIT} and {@code NOT
 *     VALID}
 * @param local whether it is the table's own, else it comes from a parent alone
 * @param valid whether existing rows have been checked
 */
public record Check(
    String name, String definition, boolean local, boolean valid, Optional<String> comment) {}
