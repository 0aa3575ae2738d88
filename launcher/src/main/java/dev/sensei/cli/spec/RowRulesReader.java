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
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the sections {@code recovery}, {@code rules} and {@code errors} of a spec file. */
final class RowRulesReader {
  static final List<String> SECTIONS = List.of("recovery", "rules", "errors");

  static final long MOST_ROWS = 10_000;
  private static final int LONGEST_TEXT = 10_485_760;
  private static final List<String> CASES =
      List.of("tooLong", "outOfRange", "nullInNotNull", "nulBytes", "duplicates", "orphans");
  private static final String TABLE_FORM = "a table schema.table of the source";
  private static final Pattern COLUMN = MappingsSection.name();
  private static final String COLUMN_FORM =
      "a column of the target, of 1 to " + TableSpec.MAX_NAME + " characters";
  private static final String NAME = "\\s*[^,\\s][^,]*";
  private static final Pattern REFERENCE =
      Pattern.compile("(" + YamlSection.TABLE + ")\\s*\\((" + NAME + "(?:," + NAME + ")*)\\)");
  private static final String REFERENCE_FORM = "schema.table(column) of the source";
  private static final String KEY_FORM =
      "a reference, env://NAME or file:///path, never the key itself";

  private static final Map<String, RowRemedy> REMEDIES =
      Map.of(
          "truncate",
          RowRemedy.TRUNCATE,
          "clamp",
          RowRemedy.CLAMP,
          "null",
          RowRemedy.SET_NULL,
          "default",
          RowRemedy.USE_DEFAULT,
          "strip",
          RowRemedy.STRIP,
          "keep_first",
          RowRemedy.KEEP_FIRST,
          "keep_last",
          RowRemedy.KEEP_LAST,
          "fail",
          RowRemedy.FAIL,
          "migrate_parent",
          RowRemedy.MIGRATE_PARENT);

  /** The words for rules, in the order that messages list them. */
  private static final Map<String, RuleKind> KINDS = kinds();

  private RowRulesReader() {}

  private static Map<String, RuleKind> kinds() {
    Map<String, RuleKind> kinds = new LinkedHashMap<>();
    kinds.put("not_null", RuleKind.NOT_NULL);
    kinds.put("unique", RuleKind.UNIQUE);
    kinds.put("max_length", RuleKind.MAX_LENGTH);
    kinds.put("range", RuleKind.RANGE);
    kinds.put("pattern", RuleKind.PATTERN);
    kinds.put("reference", RuleKind.REFERENCE);
    return kinds;
  }

  static RowRules read(YamlSection spec) throws SpecException {
    YamlSection errors = spec.value("errors").section(List.of("maxRows", "maxPercent", "key"));
    return new RowRules(
        recovery(spec),
        rules(spec),
        errors.value("maxRows").integer(RowRules.NONE.maxRows(), 0, MOST_ROWS),
        errors.value("maxPercent").number(RowRules.NONE.maxPercent(), 100),
        errors.value("key").secret(SpecFile.REFERENCE, KEY_FORM));
  }

  private static List<Recovery> recovery(YamlSection spec) throws SpecException {
    List<String> allowed = new ArrayList<>(CASES);
    allowed.add("tables");
    YamlSection section = spec.value("recovery").section(allowed);
    List<Recovery> all = new ArrayList<>();
    Recovery everywhere = recovery("", section);
    if (CASES.stream().anyMatch(section::has)) {
      all.add(everywhere);
    }
    for (Map.Entry<TableName, YamlValue> table :
        section.value("tables").byTables(TABLE_FORM).entrySet()) {
      table.getValue().saysSomething("at least one of " + String.join(", ", CASES));
      all.add(recovery(table.getKey().toString(), table.getValue().section(CASES)));
    }
    return all;
  }

  private static Recovery recovery(String table, YamlSection section) throws SpecException {
    return Recovery.newBuilder()
        .setTable(table)
        .setTooLong(remedy(section, "tooLong", "truncate"))
        .setOutOfRange(remedy(section, "outOfRange", "clamp", "null"))
        .setNullInNotNull(remedy(section, "nullInNotNull", "default"))
        .setNulBytes(remedy(section, "nulBytes", "strip"))
        .setDuplicates(remedy(section, "duplicates", "keep_first", "keep_last"))
        .setOrphans(remedy(section, "orphans", "fail", "migrate_parent"))
        .build();
  }

  /** The row goes to the error queue, or one of these is done. */
  private static RowRemedy remedy(YamlSection section, String key, String... others)
      throws SpecException {
    Map<String, RowRemedy> choices = new LinkedHashMap<>();
    choices.put("queue", RowRemedy.QUEUE);
    for (String other : others) {
      choices.put(other, Optional.ofNullable(REMEDIES.get(other)).orElseThrow());
    }
    return section.value(key).choice(RowRemedy.UNKNOWN, choices);
  }

  private static List<DeclaredRule> rules(YamlSection spec) throws SpecException {
    List<DeclaredRule> all = new ArrayList<>();
    for (Map.Entry<TableName, YamlValue> table :
        spec.value("rules").byTables(TABLE_FORM).entrySet()) {
      table.getValue().saysSomething("rules of its columns");
      for (Map.Entry<String, YamlValue> column :
          table.getValue().byNames(COLUMN, COLUMN_FORM).entrySet()) {
        YamlValue said = column.getValue();
        if (!said.isMapping()) {
          RuleKind kind = said.choice(RuleKind.UNKNOWN, kindsByName());
          all.add(rule(table.getKey(), column.getKey()).setKind(kind).build());
          continue;
        }
        said.saysSomething("at least one of " + String.join(", ", KINDS.keySet()));
        YamlSection rules = said.section(List.copyOf(KINDS.keySet()));
        for (String word : rules.keys()) {
          RuleKind kind = Optional.ofNullable(KINDS.get(word)).orElseThrow();
          DeclaredRule.Builder rule = rule(table.getKey(), column.getKey()).setKind(kind);
          all.add(rule(rule, rules, rules.value(word)));
        }
      }
    }
    return all;
  }

  /** The rules that one word says. */
  private static Map<String, RuleKind> kindsByName() {
    Map<String, RuleKind> kinds = new LinkedHashMap<>(KINDS);
    kinds.values().retainAll(List.of(RuleKind.NOT_NULL, RuleKind.UNIQUE));
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

  private static DeclaredRule rule(DeclaredRule.Builder rule, YamlSection rules, YamlValue value)
      throws SpecException {
    return switch (rule.getKind()) {
      case NOT_NULL -> notNull(rule, value);
      case UNIQUE -> unique(rule, value);
      case MAX_LENGTH -> maxLength(rule, value);
      case RANGE -> range(rule, value);
      case PATTERN -> rule.setPattern(value.text(TableSpec.MAX_SQL).orElseThrow()).build();
      case REFERENCE -> reference(rule, value);
      case UNKNOWN -> throw new IllegalStateException("no word stands for " + rules.path());
    };
  }

  private static DeclaredRule notNull(DeclaredRule.Builder rule, YamlValue value)
      throws SpecException {
    if (value.isMapping()) {
      YamlSection section = value.section(List.of("remedy", "default"));
      rule.setRemedy(remedy(section, "remedy", "default"));
      rule.setDefaultValue(section.value("default").literal(TableSpec.MAX_SQL).orElse(null));
      if (section.has("default") && rule.getRemedy() != RowRemedy.USE_DEFAULT) {
        throw error(section, "default", "a default needs remedy: default beside it");
      }
    } else {
      value.yes();
    }
    return rule.build();
  }

  private static DeclaredRule unique(DeclaredRule.Builder rule, YamlValue value)
      throws SpecException {
    if (value.isMapping()) {
      YamlSection section = value.section(List.of("with", "remedy", "order"));
      with(rule, section);
      rule.setRemedy(remedy(section, "remedy", "keep_first", "keep_last"));
      rule.setOrderBy(section.value("order").text(COLUMN, COLUMN_FORM).orElse(null));
      boolean keeps =
          rule.getRemedy() == RowRemedy.KEEP_FIRST || rule.getRemedy() == RowRemedy.KEEP_LAST;
      if (section.has("order") && !keeps) {
        throw error(section, "order", "an order needs remedy: keep_first or keep_last beside it");
      }
    } else {
      value.yes();
    }
    return rule.build();
  }

  private static void with(DeclaredRule.Builder rule, YamlSection section) throws SpecException {
    List<String> columns = new ArrayList<>(rule.getColumns());
    columns.addAll(section.value("with").texts(COLUMN, COLUMN_FORM));
    if (columns.stream().distinct().count() < columns.size()) {
      throw error(
          section,
          "with",
          "%s names a column twice; name each other column once".formatted(section.path()));
    }
    rule.setColumns(columns);
  }

  private static DeclaredRule maxLength(DeclaredRule.Builder rule, YamlValue value)
      throws SpecException {
    YamlValue characters = value;
    if (value.isMapping()) {
      YamlSection section = value.section(List.of("characters", "remedy"));
      rule.setRemedy(remedy(section, "remedy", "truncate"));
      characters = section.value("characters");
      if (!characters.present()) {
        throw error(section, "characters", "max_length.characters is missing; add it");
      }
    }
    return rule.setMaxLength((int) characters.integer(0, 0, LONGEST_TEXT)).build();
  }

  private static DeclaredRule range(DeclaredRule.Builder rule, YamlValue value)
      throws SpecException {
    if (!value.isMapping()) {
      List<String> limits = value.limits(TableSpec.MAX_SQL);
      return rule.setLeast(limits.getFirst()).setMost(limits.getLast()).build();
    }
    YamlSection section = value.section(List.of("least", "most", "remedy"));
    if (!section.has("least") && !section.has("most")) {
      throw error(section, "least", "range needs a least, a most, or both; add one");
    }
    return rule.setLeast(section.value("least").limit(TableSpec.MAX_SQL).orElse(null))
        .setMost(section.value("most").limit(TableSpec.MAX_SQL).orElse(null))
        .setRemedy(remedy(section, "remedy", "clamp", "null"))
        .build();
  }

  private static DeclaredRule reference(DeclaredRule.Builder rule, YamlValue value)
      throws SpecException {
    YamlValue named = value;
    if (value.isMapping()) {
      YamlSection section = value.section(List.of("to", "with"));
      with(rule, section);
      named = section.value("to");
    }
    Matcher parts = REFERENCE.matcher(named.secret(REFERENCE, REFERENCE_FORM).orElse(""));
    if (!parts.matches()) {
      throw named.place().error("a reference has to name %s; add it".formatted(REFERENCE_FORM));
    }
    List<String> columns = Arrays.stream(parts.group(4).split(",", -1)).map(String::strip).toList();
    if (columns.size() != rule.getColumns().size()) {
      throw named
          .place()
          .error(
              "a reference has as many columns as it refers to, found %d and %d; name the others in with"
                  .formatted(rule.getColumns().size(), columns.size()));
    }
    return rule.setReferencedTable(TableName.parse(parts.group(1)).toString())
        .setReferencedColumns(columns)
        .build();
  }

  private static SpecException error(YamlSection section, String key, String message) {
    return section.value(key).place().error(message);
  }
}
