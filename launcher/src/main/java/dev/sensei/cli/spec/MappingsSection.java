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
  static final Pattern TABLE =
      Pattern.compile("(\"[^\"]+\"|[^\".\\s*?]+)\\.(\"[^\"]+\"|[^\".\\s*?]+)");
  private static final String TABLE_FORM =
      "a table's name as schema.table, each part in double quotes where SQL needs them";
  private static final Map<String, String> COLUMN_HINTS =
      Map.of(
          "constant",
          "a column of the source has its values or an expression; put constants under add");

  private MappingsSection() {}

  static List<TableSpec> read(YamlSection spec) throws SpecException {
    List<TableSpec> tables = new ArrayList<>();
    for (YamlSection.Named table : spec.named(KEY, TABLE, TABLE_FORM)) {
      YamlSection section = table.section(List.of("target", "columns", "add"), Map.of());
      section.saysSomething("target, columns or add");
      tables.add(
          new TableSpec(
              TableName.parse(table.name()),
              section.text("target", TABLE, TABLE_FORM).map(TableName::parse),
              columns(section),
              added(section)));
    }
    return tables;
  }

  private static List<ColumnSpec> columns(YamlSection table) throws SpecException {
    List<ColumnSpec> columns = new ArrayList<>();
    for (YamlSection.Named column : table.named("columns", name(), nameForm())) {
      if (column.is(DROP, "a mapping of target, type, expression, or the word " + DROP)) {
        columns.add(new ColumnSpec.Dropped(column.name()));
        continue;
      }
      YamlSection section = column.section(List.of("target", "type", "expression"), COLUMN_HINTS);
      section.saysSomething("target, type or expression");
      columns.add(
          new ColumnSpec.Changed(
              column.name(),
              section.text("target", name(), nameForm()),
              type(section),
              section.text("expression", TableSpec.MAX_SQL)));
    }
    return columns;
  }

  private static List<AddedSpec> added(YamlSection table) throws SpecException {
    List<AddedSpec> added = new ArrayList<>();
    for (YamlSection.Named column : table.named("add", name(), nameForm())) {
      YamlSection section =
          column.section(List.of("expression", "constant", "type", "required"), Map.of());
      if (section.has("expression") == section.has("constant")) {
        throw section.at(
            "constant",
            "%s needs either an expression or a constant; give one of them"
                .formatted(section.path()));
      }
      Optional<YamlSection.Constant> constant = section.constant("constant", TableSpec.MAX_SQL);
      Value value =
          constant.isPresent()
              ? new Value.Constant(constant.get().text())
              : new Value.Expression(section.text("expression", TableSpec.MAX_SQL).orElseThrow());
      added.add(
          new AddedSpec(
              column.name(),
              value,
              type(section).or(() -> constant.map(YamlSection.Constant::type)),
              section.flag("required", false)));
    }
    return added;
  }

  private static Optional<String> type(YamlSection section) throws SpecException {
    return section.text("type", TableSpec.MAX_TYPE);
  }

  /** The form of a column's name. */
  static Pattern name() {
    return Pattern.compile("(?s).{1," + TableSpec.MAX_NAME + "}");
  }

  static String nameForm() {
    return "a column's name, of 1 to " + TableSpec.MAX_NAME + " characters";
  }
}
