package dev.sensei.cli.spec;

import dev.sensei.databases.TableName;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * What stands under a key of a spec file, read as what it has to be.
 *
 * @param place where it stands, or would stand
 * @param present whether the key is there
 */
record YamlValue(YamlPlace place, boolean present) {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

  /** Whole numbers that YAML and SQL read alike; 010 is eight in YAML. */
  private static final Pattern INTEGER = Pattern.compile("[-+]?(0|[1-9][0-9]*)");

  /** The same with a point or an exponent. */
  private static final Pattern DECIMAL =
      Pattern.compile("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?");

  private Node node() {
    return place.node();
  }

  boolean isMapping() {
    return present && node() instanceof MappingNode;
  }

  /** Whether it is exactly this word. */
  boolean says(String word) {
    return present && node() instanceof ScalarNode scalar && scalar.getValue().equals(word);
  }

  /** An error where it is a mapping without a key. */
  void saysSomething(String expected) throws SpecException {
    if (node() instanceof MappingNode mapping && mapping.getValue().isEmpty()) {
      throw place.error(
          "%s says nothing; give %s, or leave it out".formatted(place.path(), expected));
    }
  }

  /** A mapping of these keys; all have their defaults where nothing is there. */
  YamlSection section(List<String> allowed) throws SpecException {
    return section(allowed, Map.of());
  }

  /**
   * A mapping of these keys; all have their defaults where nothing is there.
   *
   * @param hints what to say of certain keys that it may not have
   */
  YamlSection section(List<String> allowed, Map<String, String> hints) throws SpecException {
    return present ? YamlSection.of(place, allowed, hints) : YamlSection.absent(place);
  }

  /** A mapping by names of a form; none where nothing is there. */
  Map<String, YamlValue> byNames(Pattern form, String expected) throws SpecException {
    return present ? YamlSection.byNames(place, form, expected) : Map.of();
  }

  /** A mapping by names of tables; none where nothing is there. */
  Map<TableName, YamlValue> byTables(String expected) throws SpecException {
    return present ? YamlSection.byTables(place, expected) : Map.of();
  }

  /** Whether it is one word instead of a mapping; another word is an error. */
  boolean is(String word, String expected) throws SpecException {
    if (isMapping()) {
      return false;
    }
    if (says(word) && node().getTag().equals(Tag.STR)) {
      return true;
    }
    throw place.wrong(expected, place.kind());
  }

  long integer(long otherwise, long least, long most) throws SpecException {
    if (!present) {
      return otherwise;
    }
    String expected = "an integer from %,d to %,d".formatted(least, most);
    String digits = scalar(Tag.INT, expected).replace("_", "");
    if (!digits.matches("[-+]?[0-9]{1,18}")) {
      throw place.wrong(expected, YamlPlace.shown(digits));
    }
    long value = Long.parseLong(digits);
    if (value < least || value > most) {
      throw place.wrong(expected, digits);
    }
    return value;
  }

  /** A number from 0 on. */
  double number(double otherwise, int most) throws SpecException {
    if (!present) {
      return otherwise;
    }
    String expected = "a number from 0 to " + most;
    if (!node().getTag().equals(Tag.INT) && !node().getTag().equals(Tag.FLOAT)) {
      throw place.wrong(expected, place.kind());
    }
    String text = ((ScalarNode) node()).getValue();
    if (!text.matches("[0-9]{0,3}(\\.[0-9]{0,18})?") || text.equals(".")) {
      throw place.wrong(expected, YamlPlace.shown(text));
    }
    double value = new BigDecimal(text.endsWith(".") ? text + "0" : text).doubleValue();
    if (value > most) {
      throw place.wrong(expected, text);
    }
    return value;
  }

  boolean flag(boolean otherwise) throws SpecException {
    if (!present) {
      return otherwise;
    }
    String text = scalar(Tag.BOOL, "true or false").toLowerCase(Locale.ROOT);
    return text.equals("true") || text.equals("yes") || text.equals("on");
  }

  /** It says yes, and nothing else. */
  void yes() throws SpecException {
    if (!flag(false)) {
      throw place.error("%s has to be true, or to be left out".formatted(place.path()));
    }
  }

  Duration duration(Duration otherwise, Duration least, Duration most) throws SpecException {
    if (!present) {
      return otherwise;
    }
    String expected =
        "a duration such as 500ms, 30s, 5m or 2h, from %ds to %ds"
            .formatted(least.toSeconds(), most.toSeconds());
    String text = scalar(Tag.STR, expected);
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw place.wrong(expected, YamlPlace.shown(text));
    }
    long amount = Long.parseLong(matcher.group(1));
    Duration value =
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(amount);
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          default -> Duration.ofHours(amount);
        };
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw place.wrong(expected, text);
    }
    return value;
  }

  /** A text that is not blank. */
  Optional<String> text() throws SpecException {
    if (!present) {
      return Optional.empty();
    }
    String text = scalar(Tag.STR, "a text");
    if (text.isBlank()) {
      throw place.wrong("a text", "an empty one");
    }
    return Optional.of(text);
  }

  /** A text of at most so many characters. */
  Optional<String> text(int most) throws SpecException {
    Optional<String> text = text();
    if (text.filter(found -> found.length() > most || found.indexOf('\0') >= 0).isPresent()) {
      throw place.wrong(
          "a text of at most %,d characters".formatted(most), "%,d".formatted(text.get().length()));
    }
    return text;
  }

  /** A text of a form. */
  Optional<String> text(Pattern form, String expected) throws SpecException {
    return text(form, expected, YamlPlace::shown);
  }

  /** A text of a form, which messages do not repeat. */
  Optional<String> secret(Pattern form, String expected) throws SpecException {
    return text(form, expected, text -> "another text");
  }

  private Optional<String> text(Pattern form, String expected, Function<String, String> found)
      throws SpecException {
    if (!present) {
      return Optional.empty();
    }
    String text = scalar(Tag.STR, expected);
    if (!form.matcher(text).matches()) {
      throw place.wrong(expected, found.apply(text));
    }
    return Optional.of(text);
  }

  /** One of a few words. */
  <T> T choice(T otherwise, Map<String, T> choices) throws SpecException {
    if (!present) {
      return otherwise;
    }
    String expected = "one of " + String.join(", ", choices.keySet());
    // YAML reads the word null as nothing.
    boolean isNull =
        node().getTag().equals(Tag.NULL) && says("null") && choices.containsKey("null");
    String text = isNull ? "null" : scalar(Tag.STR, expected);
    T value = choices.get(text);
    if (value == null) {
      throw place.wrong(expected, YamlPlace.shown(text));
    }
    return value;
  }

  /** A list of words out of a few. */
  <T> List<T> choices(Map<String, T> choices) throws SpecException {
    return list(choices::get, "one of " + String.join(", ", choices.keySet()));
  }

  /** A list of texts, each of a form. */
  List<String> texts(Pattern form, String expected) throws SpecException {
    return list(text -> form.matcher(text).matches() ? text : null, expected);
  }

  private <T> List<T> list(Function<String, @Nullable T> read, String expected)
      throws SpecException {
    if (!present) {
      return List.of();
    }
    if (!(node() instanceof SequenceNode sequence)) {
      throw place.wrong("a list, each " + expected, place.kind());
    }
    List<T> found = new ArrayList<>();
    for (Node element : sequence.getValue()) {
      YamlValue each = new YamlValue(place.at(element), true);
      String text = each.scalar(Tag.STR, "a list, each " + expected);
      T value = read.apply(text);
      if (value == null) {
        throw each.place.wrong(expected, YamlPlace.shown(text));
      }
      found.add(value);
    }
    return found;
  }

  /** A value of a row, as it is written, of at most so many characters. */
  Optional<String> literal(int most) throws SpecException {
    return present ? Optional.of(literal(most, "a value")) : Optional.empty();
  }

  /**
   * A value of a row.
   *
   * @param text as it is written
   * @param type the type that the same word has in SQL; absent where YAML and SQL, or two readers,
   *     would not agree on it
   */
  record Constant(String text, Optional<String> type) {}

  /** A value of a row, as it is written, with the type that it has by itself. */
  Optional<Constant> constant(int most) throws SpecException {
    return literal(most).map(text -> new Constant(text, type(text)));
  }

  private Optional<String> type(String text) {
    Tag tag = node().getTag();
    if (tag.equals(Tag.STR)) {
      return Optional.of("text");
    }
    if (tag.equals(Tag.BOOL)) {
      return text.equals("true") || text.equals("false")
          ? Optional.of("boolean")
          : Optional.empty();
    }
    if (tag.equals(Tag.INT) && INTEGER.matcher(text).matches()) {
      int bits = new BigInteger(text).bitLength();
      return Optional.of(bits < Integer.SIZE ? "integer" : bits < Long.SIZE ? "bigint" : "numeric");
    }
    return tag.equals(Tag.FLOAT) && DECIMAL.matcher(text).matches()
        ? Optional.of("numeric")
        : Optional.empty();
  }

  /** An end of a range, as it is written, of at most so many characters. */
  Optional<String> limit(int most) throws SpecException {
    if (!present) {
      return Optional.empty();
    }
    String expected = "a number, or a text such as a date";
    String text = literal(most, expected);
    if (node().getTag().equals(Tag.BOOL) || text.isBlank()) {
      throw place.wrong(expected, text.isBlank() ? "an empty text" : place.kind());
    }
    return Optional.of(text);
  }

  /** A list of both ends of a range. */
  List<String> limits(int most) throws SpecException {
    String expected = "a list of a least and a most value";
    if (!(node() instanceof SequenceNode sequence)) {
      throw place.wrong(expected, place.kind());
    }
    if (sequence.getValue().size() != 2) {
      throw place.wrong(expected, "%d values".formatted(sequence.getValue().size()));
    }
    List<String> limits = new ArrayList<>();
    for (Node element : sequence.getValue()) {
      limits.add(new YamlValue(place.at(element), true).limit(most).orElseThrow());
    }
    return limits;
  }

  private String literal(int most, String expected) throws SpecException {
    if (!(node() instanceof ScalarNode scalar) || node().getTag().equals(Tag.NULL)) {
      throw place.wrong(expected, place.kind());
    }
    String text = scalar.getValue();
    if (text.length() > most || text.indexOf('\0') >= 0) {
      throw place.wrong(
          "%s of at most %,d characters, none of them a NUL".formatted(expected, most),
          "%,d characters".formatted(text.length()));
    }
    return text;
  }

  private String scalar(Tag tag, String expected) throws SpecException {
    if (node() instanceof ScalarNode scalar && node().getTag().equals(tag)) {
      return scalar.getValue();
    }
    throw place.wrong(expected, place.kind());
  }
}
