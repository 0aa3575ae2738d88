package dev.sensei.databases.rules;

import dev.sensei.databases.rules.CastGuard.FailsWhen;
import dev.sensei.databases.rules.CastGuard.Nearest;
import dev.sensei.databases.rules.CastGuard.NeverFails;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Casts between numbers. Limits are those of the rounding that PostgreSQL does: numbers with digits
 * are rounded half away from zero, binary fractions half to even.
 */
final class NumberGuards {
  /** Since then a {@code numeric} can be infinite. */
  static final int NUMERIC_INFINITY = 14;

  private static final String NOT_A_NUMBER = "'NaN'::";

  /**
   * From 2^1024 - 2^970 on a number is too large, and up to 2^-1075 too small to be other than 0.
   */
  private static final BinaryLimits DOUBLE =
      new BinaryLimits(
          BigDecimal.TWO.pow(1024).subtract(BigDecimal.TWO.pow(970)),
          new BigDecimal("2.4703282292062327209e-324"));

  /** Likewise 2^128 - 2^103, and 2^-150. */
  private static final BinaryLimits REAL =
      new BinaryLimits(
          BigDecimal.TWO.pow(128).subtract(BigDecimal.TWO.pow(103)),
          new BigDecimal("7.006492321624085355e-46"));

  private NumberGuards() {}

  /**
   * Where binary fractions end.
   *
   * @param tooLarge a number of this size or more is refused
   * @param tooSmall a number of this size or less that is not 0 is refused
   */
  private record BinaryLimits(BigDecimal tooLarge, BigDecimal tooSmall) {}

  static CastGuard of(ValueType from, ValueType to, int serverVersion) {
    if (to.isInteger()) {
      return toInteger(from, to);
    }
    if (to.isNumeric()) {
      return toNumeric(from, to, serverVersion);
    }
    return toFloat(from, to, serverVersion);
  }

  private static BigInteger most(ValueType integer) {
    int bits =
        switch (integer.base()) {
          case "smallint" -> 15;
          case "integer" -> 31;
          default -> 63;
        };
    return BigInteger.TWO.pow(bits).subtract(BigInteger.ONE);
  }

  private static BigInteger least(ValueType integer) {
    return most(integer).negate().subtract(BigInteger.ONE);
  }

  private static CastGuard toInteger(ValueType from, ValueType to) {
    BigInteger most = most(to);
    BigInteger least = least(to);
    UnaryOperator<String> fails;
    if (from.isInteger()) {
      if (most(from).compareTo(most) <= 0) {
        return new NeverFails();
      }
      fails = value -> "(%s < %s OR %s > %s)".formatted(value, least, value, most);
    } else if (from.isNumeric()) {
      if (greatest(from).filter(size -> size.compareTo(half(most)) < 0).isPresent()) {
        return FailsWhen.of(value -> value + " = 'NaN'::numeric");
      }
      fails = value -> "(%s <= %s.5 OR %s >= %s.5)".formatted(value, least.toString(), value, most);
    } else {
      BigInteger beyond = most.add(BigInteger.ONE);
      fails =
          value ->
              "NOT (round(%s::double precision) >= '%s'::double precision AND round(%s::double precision) < '%s'::double precision)"
                  .formatted(value, least, value, beyond);
    }
    return new FailsWhen(fails, Optional.of(nearest(from, to, least.toString(), most.toString())));
  }

  private static BigDecimal half(BigInteger most) {
    return new BigDecimal(most).add(new BigDecimal("0.5"));
  }

  /** The greatest size that values of a type have; empty where there is no limit. */
  private static Optional<BigDecimal> greatest(ValueType type) {
    if (type.isInteger()) {
      return Optional.of(new BigDecimal(least(type).negate()));
    }
    return type.isNumeric() && type.first().isPresent()
        ? Optional.of(
            BigDecimal.TEN
                .scaleByPowerOfTen(type.first().getAsInt() - type.second().orElse(0) - 1)
                .subtract(BigDecimal.ONE.scaleByPowerOfTen(-type.second().orElse(0))))
        : Optional.empty();
  }

  private static CastGuard toNumeric(ValueType from, ValueType to, int serverVersion) {
    boolean infinite = from.isFloat() && serverVersion < NUMERIC_INFINITY;
    if (to.first().isEmpty()) {
      return infinite
          ? FailsWhen.of(
              value ->
                  "%s IN ('Infinity'::double precision, '-Infinity'::double precision)"
                      .formatted(value))
          : new NeverFails();
    }
    int digits = to.first().getAsInt();
    int scale = to.second().orElse(0);
    BigDecimal limit =
        BigDecimal.ONE
            .scaleByPowerOfTen(digits - scale)
            .subtract(new BigDecimal("0.5").scaleByPowerOfTen(-scale));
    if (greatest(from).filter(size -> size.compareTo(limit) < 0).isPresent()) {
      return new NeverFails();
    }
    String most = greatest(to).orElseThrow().toPlainString();
    Nearest nearest = nearest(from, to, "-" + most, most);
    String written = limit.toPlainString();
    if (from.isFloat()) {
      return new FailsWhen(
          value ->
              "CASE WHEN %s IN ('Infinity'::double precision, '-Infinity'::double precision) THEN true WHEN %s = 'NaN'::double precision THEN false ELSE abs(%s::numeric) >= %s END"
                  .formatted(value, value, value, written),
          // NaN is a numeric of any size.
          Optional.of(new Nearest(nearest.value(), Optional.empty())));
    }
    return new FailsWhen(
        value ->
            from.isInteger()
                ? "(%s >= %s OR %s <= -%s)".formatted(value, written, value, written)
                : "((%s >= %s OR %s <= -%s) AND %s <> 'NaN'::numeric)"
                    .formatted(value, written, value, written, value),
        Optional.of(new Nearest(nearest.value(), Optional.empty())));
  }

  private static CastGuard toFloat(ValueType from, ValueType to, int serverVersion) {
    boolean real = to.base().equals("real");
    if (from.isInteger() || (from.isFloat() && (!real || from.base().equals("real")))) {
      return new NeverFails();
    }
    BinaryLimits limits = real ? REAL : DOUBLE;
    if (from.isNumeric()
        && greatest(from).filter(size -> size.compareTo(limits.tooLarge()) < 0).isPresent()
        && BigDecimal.ONE.scaleByPowerOfTen(-from.second().orElse(0)).compareTo(limits.tooSmall())
            > 0) {
      return new NeverFails();
    }
    String type = from.isNumeric() ? "numeric" : "double precision";
    String infinity =
        from.isNumeric() && serverVersion < NUMERIC_INFINITY
            ? ""
            : ", 'Infinity'::%s, '-Infinity'::%s".formatted(type, type);
    // A literal without quotes would be a number with digits, which a fraction is cast to.
    String tooLarge = "'%s'::%s".formatted(scientific(limits.tooLarge()), type);
    String tooSmall = "'%s'::%s".formatted(scientific(limits.tooSmall()), type);
    String most = real ? "3.4028235e+38" : "1.7976931348623157e+308";
    return new FailsWhen(
        value ->
            "((abs(%s) >= %s AND %s NOT IN ('NaN'::%s%s)) OR (%s <> 0 AND abs(%s) <= %s))"
                .formatted(value, tooLarge, value, type, infinity, value, value, tooSmall),
        Optional.of(
            new Nearest(
                value ->
                    "CASE WHEN abs(%s) < 1 THEN '0'::%s WHEN %s < 0 THEN '-%s'::%s ELSE '%s'::%s END"
                        .formatted(value, to.base(), value, most, to.base(), most, to.base()),
                Optional.empty())));
  }

  private static String scientific(BigDecimal number) {
    return number.toString().toLowerCase(Locale.ROOT);
  }

  private static Nearest nearest(ValueType from, ValueType to, String least, String most) {
    return new Nearest(
        value ->
            "CASE WHEN %s < 0 THEN '%s'::%s ELSE '%s'::%s END"
                .formatted(value, least, to.written(), most, to.written()),
        from.isInteger()
            ? Optional.empty()
            : Optional.of(
                value ->
                    value
                        + " = "
                        + NOT_A_NUMBER
                        + (from.isFloat() ? "double precision" : "numeric")));
  }
}
