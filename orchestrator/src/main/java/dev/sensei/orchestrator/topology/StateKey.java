package dev.sensei.orchestrator.topology;

import dev.sensei.orchestrator.fold.MigrationId;
import java.util.regex.Pattern;

/** Keys of the state topic: a migration's id, or {@code migration/index} for one of its tables. */
public final class StateKey {
  private static final Pattern MIGRATION_ID = Pattern.compile("[A-Za-z0-9._:-]{1,200}");

  private StateKey() {}

  /** The key of a table. */
  public static String of(MigrationId migration, int tableIndex) {
    return migration.value() + "/" + tableIndex;
  }

  /** The migration that a key of the state topic, or a migration's id, names. */
  public static String migrationOf(String key) {
    int slash = key.indexOf('/');
    return slash < 0 ? key : key.substring(0, slash);
  }

  /** Whether a text may be a migration's id: letters, digits and {@code . _ : -}, at most 200. */
  public static boolean isMigrationId(String text) {
    return MIGRATION_ID.matcher(text).matches();
  }
}
