package dev.sensei.databases.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Random values of a type, as literals that it takes, its limits among them. */
final class Values {
  private static final List<String> NUMBERS =
      List.of(
          "0",
          "1",
          "-1",
          "99",
          "32767",
          "32768",
          "-32768",
          "-32769",
          "2147483647",
          "2147483648",
          "-2147483648",
          "-2147483649",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "-9223372036854775809",
          "999.99",
          "999.994",
          "999.995",
          "-999.995",
          "999.9949999",
          "32767.4",
          "32767.5",
          "-32768.5",
          "-32768.49",
          "2147483647.5",
          "2147483646.5",
          "9223372036854775807.5",
          "99949",
          "99950",
          "-99950",
          "1e38",
          "3.4028234e38",
          "3.4028235677973366e38",
          "340282356779733661637539395458142568447",
          "340282356779733661637539395458142568448",
          "1e-40",
          "1e-45",
          "7e-46",
          "7.1e-46",
          "1e-46",
          "1e308",
          "1.7976931348623157e308",
          "1.7976931348623158e308",
          "1.7976931348623159e308",
          "1e309",
          "1e-300",
          "2.5e-324",
          "2.4e-324",
          "1e-330",
          "1e-400",
          "12345678901234567890.12");
  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "abc",
          "abcdefgh",
          "abcdefghi",
          "ab   ",
          "abcdefgh   ",
          "äöüßéñ€😀x",
          "😀😀😀😀😀😀",
          "true",
          "TRUE",
          " f ",
          "tru",
          "o",
          "of",
          "yes!",
          "2",
          "1",
          "0",
          "2024-02-29",
          "2023-02-29",
          "1900-02-29",
          "2000-02-29",
          "0000-01-01",
          "2024-04-31",
          "2024-13-01",
          "2024-01-01 10:00",
          "2024-01-01T23:59:59.999999Z",
          "2024-01-01 24:00:01",
          "2024-01-01 10:61",
          "infinity",
          "-infinity",
          "inf",
          "+Infinity",
          "NaN",
          "nan",
          "-NaN",
          "now",
          "today",
          "tomorrow",
          "10:00",
          "25:00",
          "10:00:00.5",
          " 12 ",
          "1 2",
          "+12",
          "--1",
          "1_000",
          "0x1F",
          "0b1",
          "1e3",
          "1.5",
          ".5",
          "5.",
          ".",
          "1e",
          "1e+2",
          "1e9999",
          "1\\u0032",
          "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
          "A0EEBC999C0B4EF8BB6D6BB9BD380A11",
          "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",
          "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
          "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1",
          "01010",
          "0101",
          "012",
          "{1,2}",
          "{1,x}",
          "\\x0a",
          "\\xq",
          "127.0.0.1",
          "1 day",
          "{",
          "[1]",
          "{\"a\": 1}",
          "null",
          "\t7\n",
          "\u00a07",
          "000000000000000000000000000012");
  private static final List<String> JSONS =
      List.of(
          "1",
          "null",
          "\"a\"",
          "{\"a\":[1,2]}",
          "\"\\u0000\"",
          "\"a\\u0000\\u0000b\"",
          "\"\\\\u0000\"",
          "\"\\\\\\u0000\"",
          "{\"\\u0000k\":1}",
          "\"\\ud83d\\ude00\"",
          "\"\\ud83d\"",
          "\"\\\\ud83d\\ude00\"",
          "\"\\ude00\\ud83d\"",
          "1e5",
          "1e400",
          "1e999999",
          "-1e-99999",
          "[1e131073]",
          "\"3e45821\"",
          "{\"h\":\"1e123456\"}",
          "\"x\\\"1e99999\"",
          "\"\\u00e4\"",
          "\"\\u000a\"",
          "\"\\ud800\\u0041\"",
          "[\"\\\"\",1e200000]");
  private static final List<String> DATES =
      List.of(
          "2024-02-29",
          "0001-01-01",
          "4713-01-01 BC",
          "294276-12-31",
          "294277-01-01",
          "5874897-12-31",
          "infinity",
          "-infinity",
          "1970-01-01");
  private static final List<String> MOMENTS =
      List.of(
          "2024-02-29 10:00:00",
          "4713-01-01 00:00:00 BC",
          "294276-12-31 23:59:59.999999",
          "infinity",
          "-infinity",
          "1999-12-31 23:59:59.9999995");

  private Values() {}

  /** A literal of the type. */
  static String of(String written, Random random) {
    ValueType type = ValueType.of(written);
    if (type.array()) {
      return IntStream.range(0, random.nextInt(4))
          .mapToObj(
              at ->
                  random.nextInt(5) == 0
                      ? "NULL"
                      : "\""
                          + of(type.element().written(), random)
                              .replace("\\", "\\\\")
                              .replace("\"", "\\\"")
                          + "\"")
          .collect(Collectors.joining(",", "{", "}"));
    }
    return switch (type.base()) {
      case "smallint" -> integer(random, 16);
      case "integer" -> integer(random, 32);
      case "bigint" -> integer(random, 64);
      case "numeric" -> numeric(type, random);
      case "real" ->
          pick(
              random,
              List.of("NaN", "Infinity", "-Infinity", "-0", "3.4028235e38", "1e-45", "0.5", "2.5"),
              String.valueOf(Float.intBitsToFloat(random.nextInt())),
              String.valueOf(random.nextFloat() * 70_000f - 35_000f));
      case "double precision" ->
          pick(
              random,
              List.of(
                  "NaN",
                  "Infinity",
                  "-Infinity",
                  "-0",
                  "1.7976931348623157e308",
                  "5e-324",
                  "0.5",
                  "2147483647.5",
                  "2147483647.4",
                  "-2147483648.5",
                  "9223372036854775807",
                  "-9223372036854775808",
                  "3.4028235677973366e38",
                  "3.4028235677973362e38",
                  "7.006492321624085e-46",
                  "7.006492321624086e-46",
                  "999.995",
                  "32767.5"),
              String.valueOf(Double.longBitsToDouble(random.nextLong())),
              String.valueOf(random.nextDouble() * 5e9 - 2.5e9));
      case "text", "character varying", "character" -> text(type, random);
      case "date" ->
          pick(random, DATES, "20%02d-03-1%d".formatted(random.nextInt(60), random.nextInt(10)));
      case "timestamp without time zone", "timestamp with time zone" ->
          pick(random, MOMENTS, "20%02d-03-11 01:02:03".formatted(random.nextInt(60)));
      case "time without time zone" -> pick(random, List.of("00:00", "24:00", "23:59:59.999999"));
      case "uuid" -> new java.util.UUID(random.nextLong(), random.nextLong()).toString();
      case "boolean" -> String.valueOf(random.nextBoolean());
      case "json" -> pick(random, JSONS);
      case "jsonb" -> pick(random, List.of("1", "{\"a\": 1}", "\"x\""));
      case "bit" -> bits(random, type.first().orElseThrow());
      case "bit varying" -> bits(random, random.nextInt(type.first().orElse(12) + 1));
      case "bytea" -> "\\x" + "00ff".repeat(random.nextInt(4));
      default -> throw new IllegalArgumentException("no values of " + written);
    };
  }

  private static String text(ValueType type, Random random) {
    List<String> all = new ArrayList<>(TEXTS);
    all.addAll(NUMBERS);
    all.addAll(JSONS);
    all.addAll(DATES);
    String text = pick(random, all, "x".repeat(random.nextInt(30)));
    int points = text.codePointCount(0, text.length());
    int most = type.first().orElse(Integer.MAX_VALUE);
    return points <= most ? text : text.substring(0, text.offsetByCodePoints(0, most));
  }

  private static String numeric(ValueType type, Random random) {
    if (type.first().isEmpty()) {
      return pick(random, NUMBERS, pick(random, List.of("NaN", "Infinity", "-Infinity")));
    }
    int digits = type.first().getAsInt();
    int scale = type.second().orElse(0);
    String unscaled =
        random.nextInt(3) == 0
            ? "9".repeat(digits)
            : String.valueOf(random.nextInt((int) Math.pow(10, Math.min(digits, 9))));
    return random.nextInt(8) == 0
        ? "NaN"
        : (random.nextBoolean() ? "-" : "")
            + new java.math.BigDecimal(new java.math.BigInteger(unscaled), scale).toPlainString();
  }

  /** The limits of the type and of the narrower ones, what is just beyond those, and others. */
  private static String integer(Random random, int bits) {
    long any = random.nextLong() >> (64 - bits);
    int narrower = List.of(16, 32, 64).get(random.nextInt(3));
    long most = Long.MAX_VALUE >> (64 - Math.min(narrower, bits));
    long beyond = narrower < bits ? random.nextInt(2) : 0;
    return String.valueOf(
        switch (random.nextInt(5)) {
          case 0 -> most + beyond;
          case 1 -> -most - 1 - beyond;
          case 2 -> any % 1_000;
          case 3 -> any % 100_000;
          default -> any;
        });
  }

  private static String bits(Random random, int length) {
    return IntStream.range(0, length)
        .mapToObj(at -> random.nextBoolean() ? "1" : "0")
        .collect(Collectors.joining());
  }

  private static String pick(Random random, List<String> some, String... others) {
    int at = random.nextInt(some.size() + others.length * 3);
    return at < some.size() ? some.get(at) : others[(at - some.size()) % others.length];
  }
}
