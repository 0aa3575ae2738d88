package dev.sensei.databases.rules;

import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * When a cast would fail, as SQL that never fails itself. All conditions are over the SQL of a
 * value, and come to true where the cast fails; they come to false or NULL where it does not.
 *
 * <p>Where only a form of a text can be told, as before PostgreSQL 16, conditions are on the safe
 * side: a date in words, or a number written with more than 1,000 characters, counts as one that
 * fails.
 */
public sealed interface CastGuard {
  /** Every value can be cast. */
  record NeverFails() implements CastGuard {}

  /**
   * Some values cannot.
   *
   * @param condition true where the cast of a value fails, or where it gives what the target does
   *     not take
   * @param nearest what may stand for such a value, where there is such a thing
   */
  record FailsWhen(UnaryOperator<String> condition, Optional<Nearest> nearest)
      implements CastGuard {
    static FailsWhen of(UnaryOperator<String> condition) {
      return new FailsWhen(condition, Optional.empty());
    }
  }

  /** No such condition is known: a value that cannot be cast fails the query. */
  record Unknown() implements CastGuard {}

  /**
   * The nearest value that the target's type has.
   *
   * @param value its SQL, over a value that cannot be cast
   * @param none true where there is none, as for NaN; empty where there always is one
   */
  record Nearest(UnaryOperator<String> value, Optional<UnaryOperator<String>> none) {}

  /**
   * The condition of a cast.
   *
   * @param serverVersion the major version of the server that casts
   */
  static CastGuard of(TypeCast cast, int serverVersion) {
    ValueType from = cast.from();
    ValueType to = cast.to();
    if (cast.isNone()) {
      return new NeverFails();
    }
    if (from.array() && to.array()) {
      return elements(of(new TypeCast(from.element(), to.element()), serverVersion));
    }
    if (to.isText()) {
      return new NeverFails();
    }
    if (from.array()) {
      return new Unknown();
    }
    if (from.isText()) {
      return withLength(TextGuards.of(to, cast.read(), serverVersion), cast);
    }
    if (from.isNumber() && to.isNumber()) {
      return NumberGuards.of(from, to, serverVersion);
    }
    if (from.isBits() && to.isBits()) {
      return withLength(new NeverFails(), cast);
    }
    if (from.base().equals("json") && to.base().equals("jsonb")) {
      return JsonText.guard(serverVersion);
    }
    return from.base().equals(to.base()) ? new NeverFails() : moments(from, to);
  }

  private static CastGuard elements(CastGuard one) {
    return switch (one) {
      case NeverFails never -> never;
      case Unknown unknown -> unknown;
      case FailsWhen fails ->
          FailsWhen.of(
              value ->
                  "(SELECT bool_or("
                      + fails.condition().apply("\"element\"")
                      + ") FROM unnest("
                      + value
                      + ") AS elements(\"element\"))");
    };
  }

  /** A {@code bit(n)} takes n bits and no others, a {@code bit varying(n)} at most n. */
  private static CastGuard withLength(CastGuard guard, TypeCast cast) {
    ValueType to = cast.to();
    if (!to.isBits() || to.first().isEmpty()) {
      return guard;
    }
    String compared = (to.base().equals("bit") ? " <> " : " > ") + to.first().getAsInt();
    UnaryOperator<String> length = value -> "length(" + cast.toCopy(value) + ")" + compared;
    return switch (guard) {
      case NeverFails never -> FailsWhen.of(length);
      case Unknown unknown -> unknown;
      case FailsWhen fails ->
          FailsWhen.of(
              value ->
                  "CASE WHEN "
                      + fails.condition().apply(value)
                      + " THEN true ELSE "
                      + length.apply(value)
                      + " END");
    };
  }

  private static CastGuard moments(ValueType from, ValueType to) {
    return switch (from.base() + " to " + to.base()) {
      case "timestamp without time zone to date",
          "timestamp with time zone to date",
          "timestamp without time zone to timestamp with time zone",
          "timestamp with time zone to timestamp without time zone",
          "cidr to inet",
          "jsonb to json",
          "uuid to bytea" ->
          new NeverFails();
      // The cast would give a NULL, and say nothing.
      case "timestamp without time zone to time without time zone",
          "timestamp with time zone to time without time zone",
          "timestamp with time zone to time with time zone" ->
          FailsWhen.of(value -> "NOT isfinite(" + value + ")");
      case "date to timestamp without time zone", "date to timestamp with time zone" ->
          new FailsWhen(
              value ->
                  "(%s > '294276-12-31'::date AND %s <> 'infinity'::date)".formatted(value, value),
              Optional.of(
                  new Nearest(
                      value -> "'294276-12-31 23:59:59.999999'::" + to.written(),
                      Optional.empty())));
      default -> new Unknown();
    };
  }
}
