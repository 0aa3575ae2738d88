package dev.sensei.cli.spec;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** A mapping of a spec file: knows its keys, and where each value stands. */
final class YamlSection {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");
  private static final int SHOWN_LENGTH = 40;

  private final String file;
  private final String path;
  private final Node at;
  private final Map<String, Node> values;

  private YamlSection(String file, String path, Node at, Map<String, Node> values) {
    this.file = file;
    this.path = path;
    this.at = at;
    this.values = values;
  }

  /** A section of nothing, whose every key has its default. */
  static YamlSection absent(String file, String path, Node parent) {
    return new YamlSection(file, path, parent, Map.of());
  }

  /**
   * Reads a mapping.
   *
   * @param path the section's name in messages, empty for the whole document
   * @param allowed the keys it may have
   * @param hints what to say of certain keys that it may not have
   */
  static YamlSection of(
      String file, String path, Node node, List<String> allowed, Map<String, String> hints)
      throws SpecException {
    if (!(node instanceof MappingNode mapping)) {
      throw error(
          file,
          node,
          "%s has to be a mapping of %s, found %s"
              .formatted(named(path), String.join(", ", allowed), kind(node)));
    }
    Map<String, Node> values = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      Node keyNode = tuple.getKeyNode();
      if (!(keyNode instanceof ScalarNode scalar)) {
        throw error(file, keyNode, "a key has to be a word, found " + kind(keyNode));
      }
      String key = scalar.getValue();
      if (!allowed.contains(key)) {
        throw error(file, keyNode, unknownKey(key, path, allowed, hints));
      }
      if (values.put(key, tuple.getValueNode()) != null) {
        throw error(
            file, keyNode, "key %s stands twice in %s; keep one".formatted(key, named(path)));
      }
    }
    return new YamlSection(file, path, node, values);
  }

  /** The section under a key whose own keys are names of a form; absent where the key is. */
  YamlSection byNames(String key, Pattern form, String expected) throws SpecException {
    Node node = values.get(key);
    if (node == null) {
      return absent(file, child(key), at);
    }
    if (!(node instanceof MappingNode mapping)) {
      throw wrong(node, key, "a mapping by " + expected, kind(node));
    }
    List<String> names = new ArrayList<>();
    for (NodeTuple tuple : mapping.getValue()) {
      if (tuple.getKeyNode() instanceof ScalarNode name) {
        if (!form.matcher(name.getValue()).matches()) {
          throw wrong(name, key, "a mapping by " + expected, shown(name.getValue()));
        }
        names.add(name.getValue());
      }
    }
    return of(file, child(key), node, names, Map.of());
  }

  /** Its keys, in the order of the file. */
  List<String> keys() {
    return List.copyOf(values.keySet());
  }

  /** Whether a key has exactly this word as its value. */
  boolean says(String key, String word) {
    return values.get(key) instanceof ScalarNode scalar && scalar.getValue().equals(word);
  }

  boolean isMapping(String key) {
    return values.get(key) instanceof MappingNode;
  }

  private static String unknownKey(
      String key, String path, List<String> allowed, Map<String, String> hints) {
    String hint = hints.get(key);
    if (hint != null) {
      return hint;
    }
    String meant =
        allowed.stream()
            .filter(each -> plain(each).equals(plain(key)))
            .findFirst()
            .map(each -> " (did you mean %s?)".formatted(each))
            .orElse("");
    return "unknown key %s in %s%s; allowed: %s"
        .formatted(shown(key), named(path), meant, String.join(", ", allowed));
  }

  private static String plain(String key) {
    return key.toLowerCase(Locale.ROOT).replaceAll("[_-]", "");
  }

  /** The section under a key; absent where the key is. */
  YamlSection section(String key, List<String> allowed, Map<String, String> hints)
      throws SpecException {
    Node node = values.get(key);
    return node == null ? absent(file, child(key), at) : of(file, child(key), node, allowed, hints);
  }

  /**
   * A part that a person named, such as a table.
   *
   * @param at where the name stands
   */
  record Named(String file, String path, String name, Node at, Node value) {
    /** What is said of it, as a mapping. */
    YamlSection section(List<String> allowed, Map<String, String> hints) throws SpecException {
      return of(file, path, value, allowed, hints);
    }

    /** Whether it is one word instead of a mapping; another word is an error. */
    boolean is(String word, String expected) throws SpecException {
      if (value instanceof MappingNode) {
        return false;
      }
      if (value instanceof ScalarNode scalar
          && value.getTag().equals(Tag.STR)
          && scalar.getValue().equals(word)) {
        return true;
      }
      throw error(file, value, "%s has to be %s, found %s".formatted(path, expected, kind(value)));
    }
  }

  /** The parts under a key by their names, in the file's order; none where the key is absent. */
  List<Named> named(String key, Pattern form, String expected) throws SpecException {
    Node node = values.get(key);
    if (node == null) {
      return List.of();
    }
    if (!(node instanceof MappingNode mapping)) {
      throw wrong(node, key, "a mapping by name", kind(node));
    }
    Map<String, Named> found = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      Node at = tuple.getKeyNode();
      if (!(at instanceof ScalarNode scalar) || !form.matcher(scalar.getValue()).matches()) {
        throw error(
            file,
            at,
            "a key of %s has to be %s, found %s"
                .formatted(
                    child(key),
                    expected,
                    at instanceof ScalarNode other ? shown(other.getValue()) : kind(at)));
      }
      String name = scalar.getValue();
      Named part = new Named(file, child(key) + "." + name, name, at, tuple.getValueNode());
      if (found.put(name, part) != null) {
        throw error(file, at, "%s stands twice in %s; keep one".formatted(name, child(key)));
      }
    }
    return List.copyOf(found.values());
  }

  /**
   * One value of a row.
   *
   * @param type the type that it has in SQL as it was written
   */
  record Constant(String text, String type) {}

  /** A value that is no list and no mapping, with the type that the same word has in SQL. */
  Optional<Constant> constant(String key, int most) throws SpecException {
    Node node = values.get(key);
    if (node == null) {
      return Optional.empty();
    }
    String expected =
        "a text of at most %,d characters, a number, or true or false".formatted(most);
    Tag tag = node.getTag();
    if (!(node instanceof ScalarNode scalar)) {
      throw wrong(node, key, expected, kind(node));
    }
    String text = scalar.getValue();
    if (tag.equals(Tag.STR) && text.length() <= most && text.indexOf('\0') < 0) {
      return Optional.of(new Constant(text, "text"));
    } else if (tag.equals(Tag.BOOL)) {
      return Optional.of(new Constant(Boolean.toString(flag(key, false)), "boolean"));
    } else if (tag.equals(Tag.INT) && text.matches("[-+]?[0-9]{1,18}")) {
      long value = Long.parseLong(text);
      return Optional.of(
          new Constant(Long.toString(value), value == (int) value ? "integer" : "bigint"));
    } else if (tag.equals(Tag.FLOAT) && text.matches("[-+]?[0-9]{1,40}\\.[0-9]{1,40}")) {
      return Optional.of(new Constant(new BigDecimal(text).toPlainString(), "numeric"));
    }
    throw wrong(node, key, expected, kind(node));
  }

  /** An error where no key is there at all. */
  void saysSomething(String expected) throws SpecException {
    if (values.isEmpty()) {
      throw error(file, at, "%s says nothing; give %s, or leave it out".formatted(path, expected));
    }
  }

  /** The section's name in messages. */
  String path() {
    return path;
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  long integer(String key, long otherwise, long least, long most) throws SpecException {
    Node node = values.get(key);
    if (node == null) {
      return otherwise;
    }
    String expected = "an integer from %,d to %,d".formatted(least, most);
    String digits = scalar(node, key, Tag.INT, expected).replace("_", "");
    if (!digits.matches("[-+]?[0-9]{1,18}")) {
      throw wrong(node, key, expected, shown(digits));
    }
    long value = Long.parseLong(digits);
    if (value < least || value > most) {
      throw wrong(node, key, expected, digits);
    }
    return value;
  }

  double fraction(String key, double otherwise) throws SpecException {
    return number(key, otherwise, 1);
  }

  double percent(String key, double otherwise) throws SpecException {
    return number(key, otherwise, 100);
  }

  private double number(String key, double otherwise, int most) throws SpecException {
    Node node = values.get(key);
    if (node == null) {
      return otherwise;
    }
    String expected = "a number from 0 to " + most;
    if (!node.getTag().equals(Tag.INT) && !node.getTag().equals(Tag.FLOAT)) {
      throw wrong(node, key, expected, kind(node));
    }
    String text = ((ScalarNode) node).getValue();
    if (!text.matches("[0-9]{0,3}(\\.[0-9]{0,18})?") || text.equals(".")) {
      throw wrong(node, key, expected, shown(text));
    }
    double value = new BigDecimal(text.endsWith(".") ? text + "0" : text).doubleValue();
    if (value > most) {
      throw wrong(node, key, expected, text);
    }
    return value;
  }

  /** A value that says yes, and nothing else. */
  void yes(String key) throws SpecException {
    if (!flag(key, false)) {
      throw at(key, "%s has to be true, or to be left out".formatted(child(key)));
    }
  }

  /** A literal of any kind, as it is written, of at most so many characters. */
  Optional<String> literal(String key, int most) throws SpecException {
    Node node = values.get(key);
    return node == null ? Optional.empty() : Optional.of(literal(node, key, most, "a value"));
  }

  /** An end of a range, as it is written, of at most so many characters. */
  Optional<String> limit(String key, int most) throws SpecException {
    Node node = values.get(key);
    return node == null ? Optional.empty() : Optional.of(limit(node, key, most));
  }

  /** A list of both ends of a range. */
  List<String> limits(String key, int most) throws SpecException {
    String expected = "a list of a least and a most value";
    Node node = values.getOrDefault(key, at);
    if (!(node instanceof SequenceNode sequence)) {
      throw wrong(node, key, expected, kind(node));
    }
    if (sequence.getValue().size() != 2) {
      throw wrong(node, key, expected, "%d values".formatted(sequence.getValue().size()));
    }
    return List.of(
        limit(sequence.getValue().getFirst(), key, most),
        limit(sequence.getValue().getLast(), key, most));
  }

  private String limit(Node node, String key, int most) throws SpecException {
    String expected = "a number, or a text such as a date";
    String text = literal(node, key, most, expected);
    if (node.getTag().equals(Tag.BOOL) || text.isBlank()) {
      throw wrong(node, key, expected, text.isBlank() ? "an empty text" : kind(node));
    }
    return text;
  }

  private String literal(Node node, String key, int most, String expected) throws SpecException {
    if (!(node instanceof ScalarNode scalar) || node.getTag().equals(Tag.NULL)) {
      throw wrong(node, key, expected, kind(node));
    }
    String text = scalar.getValue();
    if (text.length() > most || text.indexOf('\0') >= 0) {
      throw wrong(
          node,
          key,
          "%s of at most %,d characters, none of them a NUL".formatted(expected, most),
          "%,d characters".formatted(text.length()));
    }
    return text;
  }

  /** A text of a form, which messages do not repeat. */
  Optional<String> form(String key, Pattern form, String expected) throws SpecException {
    Node node = values.get(key);
    if (node == null) {
      return Optional.empty();
    }
    String text = scalar(node, key, Tag.STR, expected);
    if (!form.matcher(text).matches()) {
      throw wrong(node, key, expected, "another text");
    }
    return Optional.of(text);
  }

  boolean flag(String key, boolean otherwise) throws SpecException {
    Node node = values.get(key);
    if (node == null) {
      return otherwise;
    }
    String text = scalar(node, key, Tag.BOOL, "true or false").toLowerCase(Locale.ROOT);
    return text.equals("true") || text.equals("yes") || text.equals("on");
  }

  Duration duration(String key, Duration otherwise, Duration least, Duration most)
      throws SpecException {
    Node node = values.get(key);
    if (node == null) {
      return otherwise;
    }
    String expected =
        "a duration such as 500ms, 30s, 5m or 2h, from %s to %s"
            .formatted(inSeconds(least), inSeconds(most));
    String text = scalar(node, key, Tag.STR, expected);
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw wrong(node, key, expected, shown(text));
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
      throw wrong(node, key, expected, text);
    }
    return value;
  }

  Optional<String> text(String key) throws SpecException {
    Node node = values.get(key);
    if (node == null) {
      return Optional.empty();
    }
    String text = scalar(node, key, Tag.STR, "a text");
    if (text.isBlank()) {
      throw wrong(node, key, "a text", "an empty one");
    }
    return Optional.of(text);
  }

  /** A text of a form. */
  Optional<String> text(String key, Pattern form, String expected) throws SpecException {
    Node node = values.get(key);
    if (node == null) {
      return Optional.empty();
    }
    String text = scalar(node, key, Tag.STR, expected);
    if (!form.matcher(text).matches()) {
      throw wrong(node, key, expected, shown(text));
    }
    return Optional.of(text);
  }

  /** A text of at most so many characters. */
  Optional<String> text(String key, int most) throws SpecException {
    Optional<String> text = text(key);
    if (text.filter(found -> found.length() > most || found.indexOf('\0') >= 0).isPresent()) {
      throw at(
          key,
          "%s has to be a text of at most %,d characters, found %,d"
              .formatted(child(key), most, text.get().length()));
    }
    return text;
  }

  /** One of a few words. */
  <T> T choice(String key, T otherwise, Map<String, T> choices) throws SpecException {
    Node node = values.get(key);
    return node == null ? otherwise : choose(node, key, choices);
  }

  /** A list of words out of a few. */
  <T> List<T> choices(String key, Map<String, T> choices) throws SpecException {
    return list(key, node -> choices.get(node), "one of " + String.join(", ", choices.keySet()));
  }

  /** A list of texts, each of a form. */
  List<String> texts(String key, Pattern form, String expected) throws SpecException {
    return list(key, text -> form.matcher(text).matches() ? text : null, expected);
  }

  private <T> List<T> list(
      String key, Function<String, @org.jspecify.annotations.Nullable T> read, String expected)
      throws SpecException {
    Node node = values.get(key);
    if (node == null) {
      return List.of();
    }
    if (!(node instanceof SequenceNode sequence)) {
      throw wrong(node, key, "a list, each " + expected, kind(node));
    }
    List<T> found = new ArrayList<>();
    for (Node element : sequence.getValue()) {
      String text = scalar(element, key, Tag.STR, "a list, each " + expected);
      T value = read.apply(text);
      if (value == null) {
        throw wrong(element, key, expected, shown(text));
      }
      found.add(value);
    }
    return found;
  }

  private <T> T choose(Node node, String key, Map<String, T> choices) throws SpecException {
    String expected = "one of " + String.join(", ", choices.keySet());
    // YAML reads the word null as nothing.
    boolean isNull = node.getTag().equals(Tag.NULL) && choices.containsKey("null");
    String text =
        isNull && node instanceof ScalarNode word && word.getValue().equals("null")
            ? "null"
            : scalar(node, key, Tag.STR, expected);
    T value = choices.get(text);
    if (value == null) {
      throw wrong(node, key, expected, shown(text));
    }
    return value;
  }

  private String scalar(Node node, String key, Tag tag, String expected) throws SpecException {
    if (node instanceof ScalarNode scalar && node.getTag().equals(tag)) {
      return scalar.getValue();
    }
    throw wrong(node, key, expected, kind(node));
  }

  /** An error at the value of a key, or at the section where it has none. */
  SpecException at(String key, String message) {
    return error(file, values.getOrDefault(key, at), message);
  }

  private SpecException wrong(Node node, String key, String expected, String found) {
    return error(file, node, "%s has to be %s, found %s".formatted(child(key), expected, found));
  }

  private String child(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static String named(String path) {
    return path.isEmpty() ? "the spec" : path;
  }

  private static String inSeconds(Duration duration) {
    return duration.toSeconds() + "s";
  }

  /** The kind of a node, without its value. */
  static String kind(Node node) {
    if (node instanceof MappingNode) {
      return "a mapping";
    }
    if (node instanceof SequenceNode) {
      return "a list";
    }
    Tag tag = node.getTag();
    if (tag.equals(Tag.NULL)) {
      return "nothing";
    }
    for (Map.Entry<Tag, String> each :
        Map.of(
                Tag.INT,
                "an integer",
                Tag.FLOAT,
                "a number",
                Tag.BOOL,
                "true or false",
                Tag.STR,
                "a text")
            .entrySet()) {
      if (tag.equals(each.getKey())) {
        return each.getValue();
      }
    }
    return "another type of value";
  }

  private static String shown(String text) {
    String printable = text.replaceAll("\\p{Cntrl}", "?");
    return "\""
        + (printable.length() <= SHOWN_LENGTH
            ? printable
            : printable.substring(0, SHOWN_LENGTH) + "…")
        + "\"";
  }

  static SpecException error(String file, Node node, String message) {
    Mark mark = node.getStartMark();
    return new SpecException(
        "%s:%d:%d: %s".formatted(file, mark.getLine() + 1, mark.getColumn() + 1, message));
  }

  @Override
  public String toString() {
    return "YamlSection[" + path + " " + Arrays.toString(values.keySet().toArray()) + "]";
  }
}
