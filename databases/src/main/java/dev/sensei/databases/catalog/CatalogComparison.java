package dev.sensei.databases.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares two catalogs over their JSON form, so that a field added to a record is compared without
 * a word here. What legitimately differs is left out: sizes, object ids, the database's identity
 * and locale, tablespaces, versions of extensions, creation order and what is not carried. Between
 * servers of different major versions also what only one of them knows or writes otherwise: names
 * of NOT NULL constraints, and qualifiers and parentheses in queries of views.
 */
public final class CatalogComparison {
  private static final Set<String> NOT_COMPARED =
      Set.of("database", "encoding", "collation", "characterType", "uncarried", "unreadableTables");
  private static final Map<String, String> KINDS =
      Map.ofEntries(
          Map.entry("schemas", "schema"),
          Map.entry("extensions", "extension"),
          Map.entry("enums", "type"),
          Map.entry("domains", "domain"),
          Map.entry("composites", "type"),
          Map.entry("routines", "routine"),
          Map.entry("sequences", "sequence"),
          Map.entry("tables", "table"),
          Map.entry("views", "view"),
          Map.entry("columns", "column"),
          Map.entry("keys", "constraint"),
          Map.entry("foreignKeys", "constraint"),
          Map.entry("checks", "constraint"),
          Map.entry("indexes", "index"),
          Map.entry("rules", "rule"),
          Map.entry("attributes", "attribute"));
  private static final String NOTHING = "nothing";

  private final ComparisonRules rules;
  private final boolean sameMajorVersion;
  private final List<Difference> differences = new ArrayList<>();

  private CatalogComparison(ComparisonRules rules, boolean sameMajorVersion) {
    this.rules = rules;
    this.sameMajorVersion = sameMajorVersion;
  }

  /** Where {@code actual} differs from {@code expected}, by {@link ComparisonRules#DEFAULT}. */
  public static List<Difference> compare(Catalog expected, Catalog actual) {
    return compare(expected, actual, ComparisonRules.DEFAULT);
  }

  /** Where {@code actual} differs from {@code expected}; empty where they agree. */
  public static List<Difference> compare(Catalog expected, Catalog actual, ComparisonRules rules) {
    CatalogComparison comparison =
        new CatalogComparison(
            rules, expected.database().majorVersion() == actual.database().majorVersion());
    ObjectNode left = (ObjectNode) CatalogJson.tree(expected.structure());
    ObjectNode right = (ObjectNode) CatalogJson.tree(actual.structure());
    left.remove(NOT_COMPARED);
    right.remove(NOT_COMPARED);
    comparison.fields("", left, right);
    return List.copyOf(comparison.differences);
  }

  /**
   * Where one table differs from another.
   *
   * @param sameMajorVersion whether both servers are of one major version
   */
  public static List<Difference> compare(
      Table expected, Table actual, boolean sameMajorVersion, ComparisonRules rules) {
    CatalogComparison comparison = new CatalogComparison(rules, sameMajorVersion);
    comparison.fields(
        "table " + expected.name(),
        CatalogJson.tree(expected.structure()),
        CatalogJson.tree(actual.structure()));
    return List.copyOf(comparison.differences);
  }

  private void fields(String path, JsonNode expected, JsonNode actual) {
    Set<String> names = new TreeSet<>();
    expected.fieldNames().forEachRemaining(names::add);
    actual.fieldNames().forEachRemaining(names::add);
    boolean notNull = path.endsWith(" notNull");
    for (String name : names) {
      if (compared(name, notNull, path)) {
        value(path, name, expected.path(name), actual.path(name));
      }
    }
  }

  private boolean compared(String field, boolean notNull, String path) {
    return switch (field) {
      case "dependsOn", "tablespace", "typeOid", "baseTypeOid", "form", "size" -> false;
      case "owner" -> rules.owners();
      case "version" -> !path.startsWith("extension ");
      case "notNullName" -> sameMajorVersion;
      case "name", "local", "comment" -> sameMajorVersion || !notNull;
      default -> true;
    };
  }

  private void value(String path, String field, JsonNode expected, JsonNode actual) {
    boolean named = isNamed(expected) || isNamed(actual);
    if (named && (expected.isArray() || expected.isMissingNode())) {
      objects(path, KINDS.getOrDefault(field, field), expected, actual);
    } else if (expected.isObject() && actual.isObject()) {
      fields(join(path, field), expected, actual);
    } else if (!same(field, expected, actual)) {
      add(join(path, field), text(expected), text(actual));
    }
  }

  private void objects(String path, String kind, JsonNode expected, JsonNode actual) {
    Map<String, JsonNode> left = byName(expected);
    Map<String, JsonNode> right = byName(actual);
    for (Map.Entry<String, JsonNode> entry : left.entrySet()) {
      String object = join(path, kind + " " + entry.getKey());
      JsonNode other = right.get(entry.getKey());
      if (other == null) {
        add(object, "it to be there", NOTHING);
      } else {
        fields(object, entry.getValue(), other);
      }
    }
    for (String name : right.keySet()) {
      if (!left.containsKey(name) && rules.extraObjects()) {
        add(join(path, kind + " " + name), NOTHING, "an object of this name");
      }
    }
  }

  private boolean same(String field, JsonNode expected, JsonNode actual) {
    if (expected.equals(actual)) {
      return true;
    }
    return !sameMajorVersion
        && (field.equals("definition") || field.equals("expression"))
        && plain(expected.asText()).equals(plain(actual.asText()));
  }

  /** A query without white space, parentheses and the qualifiers in front of its columns. */
  private static String plain(String sql) {
    return sql.replaceAll("(\"([^\"]|\"\")+\"|[A-Za-z_][A-Za-z0-9_]*)\\.", "")
        .replaceAll("[\\s()]+", "");
  }

  private static boolean isNamed(JsonNode node) {
    return node.isArray() && !node.isEmpty() && node.get(0).has("name");
  }

  private static Map<String, JsonNode> byName(JsonNode list) {
    Map<String, JsonNode> named = new LinkedHashMap<>();
    if (list instanceof ArrayNode array) {
      for (JsonNode each : array) {
        String name = each.get("name").asText();
        named.put(named.containsKey(name) ? name + " " + each.path("kind").asText() : name, each);
      }
    }
    return named;
  }

  private static String join(String path, String part) {
    return path.isEmpty() ? part : path + ", " + part;
  }

  private static String text(JsonNode node) {
    if (node.isMissingNode() || (node.isArray() && node.isEmpty())) {
      return NOTHING;
    }
    return node.isTextual() ? node.asText() : node.toString();
  }

  private void add(String object, String expected, String found) {
    differences.add(new Difference(object, expected, found));
  }
}
