package dev.sensei.databases.catalog;

import java.util.Optional;

/**
 * An installed extension, other than {@code plpgsql}. Its members are not listed one by one.
 *
 * @param schema where its objects are
 * @param version the version installed
 */
public record Extension(String name, String schema, String version, Optional<String> comment) {}
