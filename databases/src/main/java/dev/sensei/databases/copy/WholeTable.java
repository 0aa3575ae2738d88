package dev.sensei.databases.copy;

import java.util.List;

/** All of a table. Reads without a condition, so it serves views and foreign tables too. */
public record WholeTable() implements ChunkBounds {
  @Override
  public String whereClause() {
    return "";
  }

  @Override
  public List<String> settings() {
    return List.of();
  }
}
