package dev.sensei.cli.spec;

import dev.sensei.databases.TableName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/** A mapping of a spec file: knows its keys, or the names that stand for keys. */
final class YamlSection {
  /** The form of a table's name. */
  static final Pattern TABLE =
      Pattern.compile("(\"(?:[^\"]|\"\")+\"|[^\".\\s*?]+)\\.(\"(?:[^\"]|\"\")+\"|[^\".\\s*?]+)");

  private final YamlPlace place;
  private final Map<String, Node> values;

  private YamlSection(YamlPlace place, Map<String, Node> values) {
    this.place = place;
    this.values = values;
  }

  /** A section of nothing, whose every key has its default. */
  static YamlSection absent(YamlPlace place) {
    return new YamlSection(place, Map.of());
  }

  /**
   * Reads a mapping.
   *
   * @param allowed the keys it may have
   * @param hints what to say of certain keys that it may not have
   */
  static YamlSection of(YamlPlace place, List<String> allowed, Map<String, String> hints)
      throws SpecException {
    if (!(place.node() instanceof MappingNode mapping)) {
      throw place.error(
          "%s has to be a mapping of %s, found %s"
              .formatted(place.named(), String.join(", ", allowed), place.kind()));
    }
    Map<String, Node> values = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      YamlPlace at = place.at(tuple.getKeyNode());
      if (!(at.node() instanceof ScalarNode scalar)) {
        throw at.error("a key has to be a word, found " + at.kind());
      }
      String key = scalar.getValue();
      if (!allowed.contains(key)) {
        throw at.error(unknownKey(key, place, allowed, hints));
      }
      if (values.put(key, tuple.getValueNode()) != null) {
        throw twice(at, key, place);
      }
    }
    return new YamlSection(place, values);
  }

  /**
   * Reads a mapping by names, in the file's order.
   *
   * @param form what a name looks like
   * @param expected the same in words
   */
  static Map<String, YamlValue> byNames(YamlPlace place, Pattern form, String expected)
      throws SpecException {
    if (!(place.node() instanceof MappingNode mapping)) {
      throw place.wrong("a mapping by " + expected, place.kind());
    }
    Map<String, YamlValue> found = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      YamlPlace at = place.at(tuple.getKeyNode());
      if (!(at.node() instanceof ScalarNode scalar) || !form.matcher(scalar.getValue()).matches()) {
        throw at.wrong("a mapping by " + expected, at.shown());
      }
      String name = scalar.getValue();
      YamlValue value = new YamlValue(place.child(name, tuple.getValueNode()), true);
      if (found.put(name, value) != null) {
        throw twice(at, name, place);
      }
    }
    return found;
  }

  /** Reads a mapping by names of tables: each once, however it is quoted. */
  static Map<TableName, YamlValue> byTables(YamlPlace place, String expected) throws SpecException {
    Map<TableName, YamlValue> found = new LinkedHashMap<>();
    for (Map.Entry<String, YamlValue> each : byNames(place, TABLE, expected).entrySet()) {
      TableName table = TableName.parse(each.getKey());
      if (found.put(table, each.getValue()) != null) {
        throw twice(each.getValue().place(), table.toString(), place);
      }
    }
    return found;
  }

  private static SpecException twice(YamlPlace at, String key, YamlPlace section) {
    return at.error("%s stands twice in %s; keep one".formatted(key, section.named()));
  }

  private static String unknownKey(
      String key, YamlPlace place, List<String> allowed, Map<String, String> hints) {
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
        .formatted(YamlPlace.shown(key), place.named(), meant, String.join(", ", allowed));
  }

  private static String plain(String key) {
    return key.toLowerCase(Locale.ROOT).replaceAll("[_-]", "");
  }

  /** Its keys, in the order of the file. */
  List<String> keys() {
    return List.copyOf(values.keySet());
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  /** What stands under a key, or nothing. */
  YamlValue value(String key) {
    return Optional.ofNullable(values.get(key))
        .map(node -> new YamlValue(place.child(key, node), true))
        .orElseGet(() -> new YamlValue(place.child(key, place.node()), false));
  }

  /** The section's name in messages. */
  String path() {
    return place.path();
  }
}
