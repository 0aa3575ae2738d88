package dev.sensei.agents.architect.mapping;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a server understood a query to be: the tree that it sends where {@code debug_print_parse} is
 * on. Words of the query stand in it with their braces escaped, so that a brace is always a node's.
 *
 * @param text the tree, with one blank for any white space
 */
record ExpressionTree(String text) {
  private static final Pattern SPACE = Pattern.compile("\\s+");
  private static final Pattern NODE = Pattern.compile("(?<!\\\\)\\{([A-Z_]+)");
  private static final Pattern FUNCTION = Pattern.compile(" :(?:funcid|opfuncid) ([0-9]+)");
  private static final Pattern PLACE = Pattern.compile(" :(?:stmt_)?(?:location|len) -?[0-9]+");

  static ExpressionTree of(String sent) {
    return new ExpressionTree(SPACE.matcher(sent).replaceAll(" "));
  }

  /** How many nodes of a kind there are. */
  long count(String node) {
    return NODE.matcher(text).results().filter(found -> found.group(1).equals(node)).count();
  }

  boolean says(String flag) {
    return text.contains(" :" + flag + " true");
  }

  /**
   * The object ids of all functions that are called, those behind operators and casts among them.
   */
  Set<Long> functions() {
    return FUNCTION
        .matcher(text)
        .results()
        .map(found -> Long.valueOf(found.group(1)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The tree without where in the query its parts stand. */
  String meaning() {
    Matcher places = PLACE.matcher(text);
    return places.replaceAll("");
  }
}
