package dev.sensei.cli.display;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How a run ended, as lines: what moved, how fast, what deviates, what to do next. */
public final class Summary {
  private Summary() {}

  /**
   * The lines, without line ends.
   *
   * @param platform the options that tell another command to work with the same platform, each
   *     behind a space; empty where none are needed
   */
  public static List<String> lines(ResultDocument result, String platform) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(headline(result));
    result.migrationId().ifPresent(id -> lines.add("  migration    " + id));
    result.source().ifPresent(uri -> lines.add("  source       " + uri));
    result.target().ifPresent(uri -> lines.add("  target       " + uri));
    lines.add("  moved        " + moved(result));
    if (!result.seconds().isEmpty()) {
      lines.add("  time         " + times(result.seconds()));
    }
    section(lines, "Deviations", result.deviations());
    section(lines, "Not checked", result.notChecked());
    section(
        lines,
        "Errors",
        result.errors().stream()
            .map(
                error ->
                    error.code()
                        + (error.object().isEmpty() ? "" : " " + error.object())
                        + ": "
                        + error.message())
            .toList());
    result.certificate().ifPresent(path -> lines.add("  certificate  " + path));
    if (result.certificate().isPresent() && result.publicKey().isPresent()) {
      lines.add("  public key   " + result.publicKey().get());
      lines.add("Check it anywhere, with nothing else running:");
      lines.add(
          "  ./sensei verify %s --key %s"
              .formatted(quoted(result.certificate().get()), quoted(result.publicKey().get())));
    } else if (result.certificate().isPresent()) {
      lines.add("Check it with the public key of the validator that signed it:");
      lines.add("  ./sensei verify %s --key FILE".formatted(quoted(result.certificate().get())));
    } else {
      result.migrationId().ifPresent(id -> lines.addAll(next(id + platform, result)));
    }
    return lines.stream().map(Amounts::printable).toList();
  }

  private static String headline(ResultDocument result) {
    return switch (result.verdict().orElse("")) {
      case ResultDocument.CERTIFIED -> "Certified: everything in scope is in the target.";
      case ResultDocument.CERTIFIED_WITH_EXCEPTIONS ->
          "Certified, with the exceptions named below.";
      case ResultDocument.NOT_CERTIFIED -> "Moved, but not certified.";
      default -> "Not finished: " + result.state().orElse("no migration was made") + ".";
    };
  }

  private static String moved(ResultDocument result) {
    String amount =
        "%s tables, %s rows, %s"
            .formatted(
                Amounts.count(result.tables()),
                Amounts.count(result.rows()),
                Amounts.bytes(result.bytes()));
    double copy = result.seconds().getOrDefault("copy", 0.0);
    return copy <= 0
        ? amount
        : "%s in %s (%s rows/s, %s/s)"
            .formatted(
                amount,
                Amounts.seconds(copy),
                Amounts.count(Math.round(result.rows() / copy)),
                Amounts.bytes(result.bytes() / copy));
  }

  private static String times(Map<String, Double> seconds) {
    List<String> parts = new ArrayList<>();
    seconds.forEach(
        (name, value) -> {
          if (!name.equals("total")) {
            parts.add(name + " " + Amounts.seconds(value));
          }
        });
    String total =
        seconds.containsKey("total") ? Amounts.seconds(seconds.getOrDefault("total", 0.0)) : "";
    return parts.isEmpty() ? total : "%s (%s)".formatted(total, String.join(", ", parts)).strip();
  }

  private static List<String> next(String where, ResultDocument result) {
    return switch (result.state().orElse("")) {
      case "awaiting_approval" ->
          List.of(
              "The plan waits for a person; once it is approved, the same command again goes on:",
              "  ./sensei plan " + where,
              "  ./sensei approve " + where);
      case "failed" -> afterFailure(where, result);
      case "completed" -> errorsOpen(where, result);
      case "running" -> foreignKeysLack(where, result);
      case "paused" -> List.of("The same command again goes on.");
      default -> status(where);
    };
  }

  private static List<String> foreignKeysLack(String where, ResultDocument result) {
    return waitsForRows(result)
        ? List.of(
            "All else is in the target. See why rows were not taken, mend them in the source, and"
                + " try them again:",
            "  ./sensei errors list " + where,
            "  ./sensei errors retry " + where,
            "Or set aside the rows that refer to them, to be decided about later:",
            "  ./sensei errors set-aside " + where,
            "Then the same command again goes on. To take everything back:",
            "  ./sensei cancel " + where)
        : status(where);
  }

  private static List<String> status(String where) {
    return List.of("See how it stands:", "  ./sensei status " + where);
  }

  private static boolean waitsForRows(ResultDocument result) {
    return result.errors().stream()
        .anyMatch(error -> error.code().equals(ResultDocument.ERRORS_OPEN));
  }

  private static List<String> errorsOpen(String where, ResultDocument result) {
    if (!waitsForRows(result)) {
      return status(where);
    }
    return List.of(
        "All else is in the target. See why rows were not taken, and decide about them:",
        "  ./sensei errors list " + where,
        "  ./sensei errors retry " + where,
        "  ./sensei errors skip --all --reason TEXT " + where,
        "Or accept that they are left out:",
        "  ./sensei accept " + where,
        "Then the same command again goes on.");
  }

  private static List<String> afterFailure(String where, ResultDocument result) {
    if (result.errors().stream().anyMatch(Summary::waitsForAcceptance)) {
      return List.of(
          "Everything is in the target. Accept what is named above; then the same command again"
              + " certifies it and names it:",
          "  ./sensei accept " + where,
          "Or take everything back:",
          "  ./sensei rollback " + where);
    }
    if (!result.targetTouched()) {
      return List.of(
          "Nothing was changed in the target. Once that is mended, the same command again tries"
              + " anew.");
    }
    return List.of(
        "The same command again goes on from the last checkpoint. To take everything back:",
        "  ./sensei rollback " + where);
  }

  private static boolean waitsForAcceptance(ResultDocument.ResultError error) {
    return error.code().equals(ResultDocument.EXCEPTIONS_NOT_ACCEPTED);
  }

  private static void section(List<String> lines, String title, List<String> entries) {
    if (!entries.isEmpty()) {
      lines.add(title + ":");
      entries.forEach(entry -> lines.add("  - " + entry));
    }
  }

  /** A path, or another value, as a shell takes it. */
  public static String quoted(String path) {
    return path.matches("[A-Za-z0-9_./+:@%,=-]+") ? path : "'" + path.replace("'", "'\\''") + "'";
  }
}
