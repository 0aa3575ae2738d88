package dev.sensei.cli.spec;

import dev.sensei.cli.spec.TableSpec.AddedSpec;
import dev.sensei.cli.spec.TableSpec.ColumnSpec;
import dev.sensei.cli.spec.TableSpec.Value;
import dev.sensei.databases.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the section {@code mappings}: what becomes of source tables, by their names. */
final class MappingsSection {
  static final String KEY = "mappings";

  private static final String DROP = "drop";
  private static final String TABLE_FORM =
      "a table's name as schema.table, each part in double quotes where SQL needs them";
  private static final Map<String, String> COLUMN_HINTS =
      Map.of(
          "constant",
          "a column of the source has its values or an expression; put constants under add");

  private MappingsSection() {}

  static List<TableSpec> read(YamlSection spec) throws SpecException {
    List<TableSpec> tables = new ArrayList<>();
    for (Map.Entry<TableName, YamlValue> table : spec.value(KEY).byTables(TABLE_FORM).entrySet()) {
      table.getValue().saysSomething("target, columns or add");
      YamlSection section = table.getValue().section(List.of("target", "columns", "add"));
      tables.add(
          new TableSpec(
              table.getKey(),
              section.value("target").text(YamlSection.TABLE, TABLE_FORM).map(TableName::parse),
              columns(section),
              added(section)));
    }
    return tables;
  }

  private static List<ColumnSpec> columns(YamlSection table) throws SpecException {
    List<ColumnSpec> columns = new ArrayList<>();
    for (Map.Entry<String, YamlValue> column :
        table.value("columns").byNames(name(), nameForm()).entrySet()) {
      YamlValue said = column.getValue();
      if (said.is(DROP, "a mapping of target, type, expression, or the word " + DROP)) {
        columns.add(new ColumnSpec.Dropped(column.getKey()));
        continue;
      }
      said.saysSomething("target, type or expression");
      YamlSection section = said.section(List.of("target", "type", "expression"), COLUMN_HINTS);
      columns.add(
          new ColumnSpec.Changed(
              column.getKey(),
              section.value("target").text(name(), nameForm()),
              type(section),
              section.value("expression").text(TableSpec.MAX_SQL)));
    }
    return columns;
  }

  private static List<AddedSpec> added(YamlSection table) throws SpecException {
    List<AddedSpec> added = new ArrayList<>();
    for (Map.Entry<String, YamlValue> column :
        table.value("add").byNames(name(), nameForm()).entrySet()) {
      YamlSection section =
          column.getValue().section(List.of("expression", "constant", "type", "required"));
      YamlValue constant = section.value("constant");
      if (section.has("expression") == constant.present()) {
        throw constant
            .place()
            .error(
                "%s needs either an expression or a constant; give one of them"
                    .formatted(section.path()));
      }
      added.add(
          constant.present()
              ? constant(column.getKey(), section)
              : new AddedSpec(
                  column.getKey(),
                  new Value.Expression(
                      section.value("expression").text(TableSpec.MAX_SQL).orElseThrow()),
                  type(section),
                  section.value("required").flag(false)));
    }
    return added;
  }

  /** A constant as it is written. Its type is asked for where YAML may mean something else. */
  private static AddedSpec constant(String column, YamlSection section) throws SpecException {
    YamlValue value = section.value("constant");
    YamlValue.Constant constant = value.constant(TableSpec.MAX_SQL).orElseThrow();
    Optional<String> type = type(section).or(constant::type);
    if (type.isEmpty()) {
      throw value
          .place()
          .error(
              "%s may be read as more than one thing, found %s; put it in quotes and give a type"
                  .formatted(value.place().path(), value.place().shown()));
    }
    return new AddedSpec(
        column, new Value.Constant(constant.text()), type, section.value("required").flag(false));
  }

  private static Optional<String> type(YamlSection section) throws SpecException {
    return section.value("type").text(TableSpec.MAX_TYPE);
  }

  /** The form of a column's name. */
  static Pattern name() {
    return Pattern.compile("(?s).{1," + TableSpec.MAX_NAME + "}");
  }

  static String nameForm() {
    return "a column's name, of 1 to " + TableSpec.MAX_NAME + " characters";
  }
}
