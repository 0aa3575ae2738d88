package dev.sensei.databases.catalog;

import java.util.Optional;

/** A schema. */
public record Schema(String name, String owner, Optional<String> comment) {}
