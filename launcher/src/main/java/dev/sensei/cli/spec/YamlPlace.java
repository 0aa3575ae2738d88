package dev.sensei.cli.spec;

import java.util.Map;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A place in a spec file, and what messages say of it.
 *
 * @param file the file's name
 * @param path the keys that lead there, as in {@code options.chunkRows}; empty for the whole file
 * @param node what stands there, or around it where nothing does
 */
record YamlPlace(String file, String path, Node node) {
  private static final int SHOWN_LENGTH = 40;
  private static final Map<Tag, String> KINDS =
      Map.of(
          Tag.NULL,
          "nothing",
          Tag.INT,
          "an integer",
          Tag.FLOAT,
          "a number",
          Tag.BOOL,
          "true or false",
          Tag.STR,
          "a text");

  /** Below a key. */
  YamlPlace child(String key, Node value) {
    return new YamlPlace(file, path.isEmpty() ? key : path + "." + key, value);
  }

  /** The same with another node, such as an element of a list. */
  YamlPlace at(Node other) {
    return new YamlPlace(file, path, other);
  }

  /** The path as messages name it. */
  String named() {
    return path.isEmpty() ? "the spec" : path;
  }

  /** The kind of what stands there, without its value. */
  String kind() {
    if (node instanceof MappingNode) {
      return "a mapping";
    }
    if (node instanceof SequenceNode) {
      return "a list";
    }
    return KINDS.getOrDefault(node.getTag(), "another type of value");
  }

  /** What stands there, shortened, where it is one word; else its kind. */
  String shown() {
    return node instanceof ScalarNode scalar ? shown(scalar.getValue()) : kind();
  }

  static String shown(String text) {
    String printable = text.replaceAll("\\p{Cntrl}", "?");
    return "\""
        + (printable.length() <= SHOWN_LENGTH
            ? printable
            : printable.substring(0, SHOWN_LENGTH) + "…")
        + "\"";
  }

  /** An error here. */
  SpecException error(String message) {
    Mark mark = node.getStartMark();
    return new SpecException(
        "%s:%d:%d: %s".formatted(file, mark.getLine() + 1, mark.getColumn() + 1, message));
  }

  /** An error that says what was expected and found here. */
  SpecException wrong(String expected, String found) {
    return error("%s has to be %s, found %s".formatted(path, expected, found));
  }
}
