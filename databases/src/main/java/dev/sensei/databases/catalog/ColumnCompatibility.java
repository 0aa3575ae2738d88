package dev.sensei.databases.catalog;

import java.util.Optional;

/**
 * How well the values of one column fit another that exists already.
 *
 * @param level what happens to the values
 * @param confidence from 0 to 1 that the columns belong together: 1 where name and type agree
 * @param reason what is different, empty where nothing is
 * @param cast the type that a value has to be cast to while it is read, empty where both columns
 *     have the same binary form
 */
public record ColumnCompatibility(
    Level level, double confidence, String reason, Optional<String> cast) {
  private static final double WIDENING = 0.95;
  private static final double NARROWING = 0.6;
  private static final double OTHER_NAME = 0.5;
  private static final double OTHER_CASE = 0.95;

  /** What happens to the values. */
  public enum Level {
    /** Every value fits and stays what it is. */
    IDENTICAL,
    /** Every value fits, and is kept in a type that holds more. */
    WIDENING,
    /** A value may not fit, or may lose something. */
    NARROWING,
    /** Values do not become such values without a rule of their own. */
    INCOMPATIBLE
  }

  public ColumnCompatibility {
    if (confidence < 0 || confidence > 1) {
      throw new IllegalArgumentException("expected a confidence from 0 to 1, found " + confidence);
    }
  }

  /** How well values of {@code source} fit {@code target}. */
  public static ColumnCompatibility of(Column source, Column target) {
    if (target.generated().isPresent()) {
      return source.generated().isPresent()
          ? named(source, target, Level.IDENTICAL, "", false)
          : named(source, target, Level.INCOMPATIBLE, "the target computes this column", false);
    }
    TypeFit fit = TypeFit.of(source.type(), target.type());
    Level level = fit.level();
    String reason = fit.reason();
    if (level != Level.INCOMPATIBLE && target.required() && !source.required()) {
      level = Level.NARROWING;
      reason = (reason.isEmpty() ? "" : reason + "; ") + "the target takes no nulls";
    }
    return named(source, target, level, reason, !fit.sameBinaryForm());
  }

  private static ColumnCompatibility named(
      Column source, Column target, Level level, String reason, boolean cast) {
    double confidence =
        switch (level) {
          case IDENTICAL -> 1;
          case WIDENING -> WIDENING;
          case NARROWING -> NARROWING;
          case INCOMPATIBLE -> 0;
        };
    String why = reason;
    if (!source.name().equals(target.name())) {
      confidence *= source.name().equalsIgnoreCase(target.name()) ? OTHER_CASE : OTHER_NAME;
      why = (why.isEmpty() ? "" : why + "; ") + "the names differ";
    }
    return new ColumnCompatibility(
        level, confidence, why, cast ? Optional.of(target.type()) : Optional.empty());
  }
}
