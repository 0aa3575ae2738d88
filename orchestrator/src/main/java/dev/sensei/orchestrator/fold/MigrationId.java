package dev.sensei.orchestrator.fold;

/**
 * What identifies a migration.
 *
 * @param value not empty
 */
public record MigrationId(String value) {
  public MigrationId {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("a migration id must not be empty");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
