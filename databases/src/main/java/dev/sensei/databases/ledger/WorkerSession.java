package dev.sensei.databases.ledger;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The {@code application_name} that a session of the target wears while it writes a table, so that
 * sessions of older epochs can be found and ended.
 */
public final class WorkerSession {
  /** What PostgreSQL keeps of an application name; the rest it cuts off. */
  public static final int MAX_BYTES = 63;

  private static final String PREFIX = "sensei-worker/";
  private static final Pattern SHORT_ID = Pattern.compile("[A-Za-z0-9_.-]{1,36}");
  private static final int HASHED_BYTES = 12;

  private WorkerSession() {}

  /**
   * The name, such as {@code sensei-worker/<migration>/<table index>/<epoch>}. A migration id that
   * is longer than 36 characters, or has odd ones, is replaced by a hash of it.
   *
   * @param tableIndex the table's number in its migration, 0 to 99,999
   * @param epoch 0 to 999,999
   * @throws IllegalArgumentException where the numbers are out of bounds
   */
  public static String applicationName(String migrationId, int tableIndex, long epoch) {
    if (tableIndex < 0 || tableIndex > 99_999 || epoch < 0 || epoch > 999_999) {
      throw new IllegalArgumentException(
          "table index or epoch out of bounds: " + tableIndex + ", " + epoch);
    }
    return prefix(migrationId, tableIndex) + epoch;
  }

  /**
   * The name of a session that writes several small tables at once, such as {@code
   * sensei-worker/<migration>/g<first>-<last>}.
   *
   * @param first the lowest number of a table among them
   * @param last the highest
   */
  public static String groupApplicationName(String migrationId, int first, int last) {
    return PREFIX + shortened(migrationId) + "/g" + first + "-" + last;
  }

  /** Whether a session of this name may write the table, as one of several. */
  static boolean mayWriteInGroup(String applicationName, String migrationId, int tableIndex) {
    String prefix = PREFIX + shortened(migrationId) + "/g";
    if (!applicationName.startsWith(prefix)) {
      return false;
    }
    String rest = applicationName.substring(prefix.length());
    if (!rest.matches("\\d{1,5}-\\d{1,5}")) {
      return false;
    }
    int dash = rest.indexOf('-');
    return Integer.parseInt(rest.substring(0, dash)) <= tableIndex
        && tableIndex <= Integer.parseInt(rest.substring(dash + 1));
  }

  /** What the names of all epochs of a table start with. */
  public static String prefix(String migrationId, int tableIndex) {
    return PREFIX + shortened(migrationId) + "/" + tableIndex + "/";
  }

  /** The epoch in a name with this prefix; empty where the name is another's. */
  public static OptionalLong epoch(String applicationName, String prefix) {
    if (!applicationName.startsWith(prefix)) {
      return OptionalLong.empty();
    }
    String rest = applicationName.substring(prefix.length());
    return rest.matches("\\d{1,6}") ? OptionalLong.of(Long.parseLong(rest)) : OptionalLong.empty();
  }

  private static String shortened(String migrationId) {
    if (SHORT_ID.matcher(migrationId).matches()) {
      return migrationId;
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(migrationId.getBytes(StandardCharsets.UTF_8));
      return "h" + HexFormat.of().formatHex(hash, 0, HASHED_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
