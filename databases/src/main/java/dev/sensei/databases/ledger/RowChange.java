package dev.sensei.databases.ledger;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * What a rule of the plan did to rows, by which the ledger counts them.
 *
 * @param kind what was done, such as {@code truncate}: letters, digits and underscores
 * @param column the target's column, or columns; empty where it is about none
 */
public record RowChange(String kind, String column) {
  private static final String KEEP = "keep_";

  /**
   * Whether rows of a kind were left out, since another that equals them is kept: they are in the
   * error queue, and wait for nobody.
   */
  public static boolean leavesOut(String kind) {
    return kind.startsWith(KEEP);
  }

  /** The text under which the ledger counts it. */
  public String text() {
    return column.isEmpty()
        ? kind
        : kind + ":" + URLEncoder.encode(column, StandardCharsets.UTF_8).replace("*", "%2A");
  }

  /** Reads what {@link #text} gave. */
  public static RowChange parse(String text) {
    int colon = text.indexOf(':');
    return colon < 0
        ? new RowChange(text, "")
        : new RowChange(
            text.substring(0, colon),
            URLDecoder.decode(text.substring(colon + 1), StandardCharsets.UTF_8));
  }
}
