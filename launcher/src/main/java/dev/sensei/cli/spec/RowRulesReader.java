package dev.sensei.cli.spec;

import dev.sensei.databases.TableName;
import dev.sensei.schemas.common.DeclaredRule;
import dev.sensei.schemas.common.Recovery;
import dev.sensei.schemas.common.RowRemedy;
import dev.sensei.schemas.common.RuleKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the sections {@code recovery}, {@code rules} and {@code errors} of a spec file. */
final class RowRulesReader {
  static final List<String> SECTIONS = List.of("recovery", "rules", "errors");

  static final long MOST_ROWS = 10_000;
  private static final int LONGEST_TEXT = 10_485_760;
  private static final List<String> CASES =
      List.of("tooLong", "outOfRange", "nullInNotNull", "nulBytes", "duplicates", "orphans");
  private static final List<String> KINDS =
      List.of("not_null", "unique", "max_length", "range", "pattern", "reference");
  private static final Map<String, String> NO_HINTS = Map.of();
  private static final String TABLE_FORM = "a table schema.table of the source";
  private static final Pattern TABLE = MappingsSection.TABLE;
  private static final Pattern COLUMN = MappingsSection.name();
  private static final String COLUMN_FORM =
      "a column of the target, of 1 to " + TableSpec.MAX_NAME + " characters";
  private static final String NAME = "\\s*[^,\\s][^,]*";
  private static final Pattern REFERENCE =
      Pattern.compile("(" + TABLE + ")\\s*\\((" + NAME + "(?:," + NAME + ")*)\\)");
  private static final String REFERENCE_FORM = "schema.table(column) of the source";
  private static final Pattern KEY = Pattern.compile("env://[A-Za-z_][A-Za-z0-9_]*|file:///.+");
  private static final String KEY_FORM =
      "a reference, env://NAME or file:///path, never the key itself";

  private RowRulesReader() {}

  static RowRules read(YamlSection spec) throws SpecException {
    YamlSection errors = spec.section("errors", List.of("maxRows", "maxPercent", "key"), NO_HINTS);
    return new RowRules(
        recovery(spec),
        rules(spec),
        errors.integer("maxRows", RowRules.NONE.maxRows(), 0, MOST_ROWS),
        errors.percent("maxPercent", RowRules.NONE.maxPercent()),
        errors.form("key", KEY, KEY_FORM));
  }

  private static List<Recovery> recovery(YamlSection spec) throws SpecException {
    List<String> allowed = new ArrayList<>(CASES);
    allowed.add("tables");
    YamlSection section = spec.section("recovery", allowed, NO_HINTS);
    List<Recovery> all = new ArrayList<>();
    Recovery everywhere = recovery("", section);
    if (CASES.stream().anyMatch(section::has)) {
      all.add(everywhere);
    }
    YamlSection tables = section.byNames("tables", TABLE, TABLE_FORM);
    for (Map.Entry<TableName, String> table : tables(tables).entrySet()) {
      YamlSection cases = tables.section(table.getValue(), CASES, NO_HINTS);
      cases.saysSomething("at least one of " + String.join(", ", CASES));
      all.add(recovery(table.getKey().toString(), cases));
    }
    return all;
  }

  /** The tables of a section, with how each is written there. */
  private static Map<TableName, String> tables(YamlSection section) throws SpecException {
    Map<TableName, String> tables = new LinkedHashMap<>();
    for (String written : section.keys()) {
      TableName table = TableName.parse(written);
      if (tables.put(table, written) != null) {
        throw section.at(
            written, "%s stands twice in %s; keep one".formatted(table, section.path()));
      }
    }
    return tables;
  }

  private static Recovery recovery(String table, YamlSection section) throws SpecException {
    return Recovery.newBuilder()
        .setTable(table)
        .setTooLong(remedy(section, "tooLong", "truncate"))
        .setOutOfRange(remedy(section, "outOfRange", "clamp", "null"))
        .setNullInNotNull(remedy(section, "nullInNotNull", "default"))
        .setNulBytes(remedy(section, "nulBytes", "strip"))
        .setDuplicates(remedy(section, "duplicates", "keep_first", "keep_last"))
        .setOrphans(orphans(section))
        .build();
  }

  private static RowRemedy orphans(YamlSection section) throws SpecException {
    if (section.says("orphans", "migrate_parent")) {
      throw section.at(
          "orphans",
          "orphans: migrate_parent is not built yet; allowed: fail, queue. A parent's table is"
              + " moved where tables.include names it");
    }
    return remedy(section, "orphans", "fail");
  }

  /** The row goes to the error queue, or one of these is done. */
  private static RowRemedy remedy(YamlSection section, String key, String... others)
      throws SpecException {
    Map<String, RowRemedy> choices = new LinkedHashMap<>();
    choices.put("queue", RowRemedy.QUEUE);
    for (String other : others) {
      choices.put(
          other,
          switch (other) {
            case "null" -> RowRemedy.SET_NULL;
            case "default" -> RowRemedy.USE_DEFAULT;
            default -> RowRemedy.valueOf(other.toUpperCase(java.util.Locale.ROOT));
          });
    }
    return section.choice(key, RowRemedy.UNKNOWN, choices);
  }

  private static List<DeclaredRule> rules(YamlSection spec) throws SpecException {
    List<DeclaredRule> all = new ArrayList<>();
    YamlSection tables = spec.byNames("rules", TABLE, TABLE_FORM);
    for (Map.Entry<TableName, String> table : tables(tables).entrySet()) {
      YamlSection columns = tables.byNames(table.getValue(), COLUMN, COLUMN_FORM);
      columns.saysSomething("rules of its columns");
      for (String column : columns.keys()) {
        if (!columns.isMapping(column)) {
          RuleKind kind = columns.choice(column, RuleKind.UNKNOWN, kindsByName());
          all.add(rule(table.getKey(), column).setKind(kind).build());
          continue;
        }
        YamlSection rules = columns.section(column, KINDS, NO_HINTS);
        rules.saysSomething("at least one of " + String.join(", ", KINDS));
        for (String kind : rules.keys()) {
          all.add(rule(rule(table.getKey(), column), rules, kind));
        }
      }
    }
    return all;
  }

  /** The rules that one word says. */
  private static Map<String, RuleKind> kindsByName() {
    Map<String, RuleKind> kinds = new LinkedHashMap<>();
    kinds.put("not_null", RuleKind.NOT_NULL);
    kinds.put("unique", RuleKind.UNIQUE);
    return kinds;
  }

  private static DeclaredRule.Builder rule(TableName table, String column) {
    return DeclaredRule.newBuilder()
        .setTable(table.toString())
        .setColumns(List.of(column))
        .setMaxLength(0)
        .setLeast(null)
        .setMost(null)
        .setPattern("")
        .setReferencedTable("")
        .setReferencedColumns(List.of())
        .setRemedy(RowRemedy.UNKNOWN)
        .setDefaultValue(null)
        .setOrderBy(null);
  }

  private static DeclaredRule rule(DeclaredRule.Builder rule, YamlSection rules, String kind)
      throws SpecException {
    return switch (kind) {
      case "not_null" -> notNull(rule, rules);
      case "unique" -> unique(rule, rules);
      case "max_length" -> maxLength(rule, rules);
      case "range" -> range(rule, rules);
      case "pattern" ->
          rule.setKind(RuleKind.PATTERN)
              .setPattern(rules.text("pattern", TableSpec.MAX_SQL).orElseThrow())
              .build();
      default -> reference(rule, rules);
    };
  }

  private static DeclaredRule notNull(DeclaredRule.Builder rule, YamlSection rules)
      throws SpecException {
    rule.setKind(RuleKind.NOT_NULL);
    if (rules.isMapping("not_null")) {
      YamlSection section = rules.section("not_null", List.of("remedy", "default"), NO_HINTS);
      rule.setRemedy(remedy(section, "remedy", "default"));
      rule.setDefaultValue(section.literal("default", TableSpec.MAX_SQL).orElse(null));
      if (section.has("default") && rule.getRemedy() != RowRemedy.USE_DEFAULT) {
        throw section.at("default", "a default needs remedy: default beside it");
      }
    } else {
      rules.yes("not_null");
    }
    return rule.build();
  }

  private static DeclaredRule unique(DeclaredRule.Builder rule, YamlSection rules)
      throws SpecException {
    rule.setKind(RuleKind.UNIQUE);
    if (rules.isMapping("unique")) {
      YamlSection section = rules.section("unique", List.of("with", "remedy", "order"), NO_HINTS);
      with(rule, section);
      rule.setRemedy(remedy(section, "remedy", "keep_first", "keep_last"));
      rule.setOrderBy(section.text("order", COLUMN, COLUMN_FORM).orElse(null));
      boolean keeps =
          rule.getRemedy() == RowRemedy.KEEP_FIRST || rule.getRemedy() == RowRemedy.KEEP_LAST;
      if (section.has("order") && !keeps) {
        throw section.at("order", "an order needs remedy: keep_first or keep_last beside it");
      }
    } else {
      rules.yes("unique");
    }
    return rule.build();
  }

  private static void with(DeclaredRule.Builder rule, YamlSection section) throws SpecException {
    List<String> columns = new ArrayList<>(rule.getColumns());
    columns.addAll(section.texts("with", COLUMN, COLUMN_FORM));
    if (columns.stream().distinct().count() < columns.size()) {
      throw section.at(
          "with", "%s names a column twice; name each other column once".formatted(section.path()));
    }
    rule.setColumns(columns);
  }

  private static DeclaredRule maxLength(DeclaredRule.Builder rule, YamlSection rules)
      throws SpecException {
    rule.setKind(RuleKind.MAX_LENGTH);
    YamlSection section = rules;
    String key = "max_length";
    if (rules.isMapping("max_length")) {
      section = rules.section("max_length", List.of("characters", "remedy"), NO_HINTS);
      key = "characters";
      rule.setRemedy(remedy(section, "remedy", "truncate"));
      if (!section.has(key)) {
        throw section.at(key, "max_length.characters is missing; add it");
      }
    }
    return rule.setMaxLength((int) section.integer(key, 0, 0, LONGEST_TEXT)).build();
  }

  private static DeclaredRule range(DeclaredRule.Builder rule, YamlSection rules)
      throws SpecException {
    rule.setKind(RuleKind.RANGE);
    if (!rules.isMapping("range")) {
      List<String> limits = rules.limits("range", TableSpec.MAX_SQL);
      return rule.setLeast(limits.getFirst()).setMost(limits.getLast()).build();
    }
    YamlSection section = rules.section("range", List.of("least", "most", "remedy"), NO_HINTS);
    if (!section.has("least") && !section.has("most")) {
      throw section.at("least", "range needs a least, a most, or both; add one");
    }
    return rule.setLeast(section.limit("least", TableSpec.MAX_SQL).orElse(null))
        .setMost(section.limit("most", TableSpec.MAX_SQL).orElse(null))
        .setRemedy(remedy(section, "remedy", "clamp", "null"))
        .build();
  }

  private static DeclaredRule reference(DeclaredRule.Builder rule, YamlSection rules)
      throws SpecException {
    rule.setKind(RuleKind.REFERENCE);
    YamlSection section = rules;
    String key = "reference";
    if (rules.isMapping("reference")) {
      section = rules.section("reference", List.of("to", "with"), NO_HINTS);
      key = "to";
      with(rule, section);
    }
    String to = section.form(key, REFERENCE, REFERENCE_FORM).orElse("");
    Matcher parts = REFERENCE.matcher(to);
    if (!parts.matches()) {
      throw section.at(key, "a reference has to name %s; add it".formatted(REFERENCE_FORM));
    }
    List<String> columns = Arrays.stream(parts.group(4).split(",", -1)).map(String::strip).toList();
    if (columns.size() != rule.getColumns().size()) {
      throw section.at(
          key,
          "a reference has as many columns as it refers to, found %d and %d; name the others in with"
              .formatted(rule.getColumns().size(), columns.size()));
    }
    return rule.setReferencedTable(TableName.parse(parts.group(1)).toString())
        .setReferencedColumns(columns)
        .build();
  }
}
