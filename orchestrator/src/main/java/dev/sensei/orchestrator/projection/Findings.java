package dev.sensei.orchestrator.projection;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists of findings as one text. */
final class Findings {
  private static final int SHOWN = 5;

  private Findings() {}

  static String firstOf(List<String> lines, String otherwise) {
    if (lines.isEmpty()) {
      return otherwise;
    }
    String shown = String.join("; ", lines.subList(0, Math.min(SHOWN, lines.size())));
    return lines.size() > SHOWN ? shown + "; and " + (lines.size() - SHOWN) + " more" : shown;
  }

  /** What could not be taken away, where anything was left. */
  static @Nullable String left(List<String> left) {
    return left.isEmpty() ? null : "left in the target: " + firstOf(left, "");
  }
}
