package dev.sensei.agents.architect;

import dev.sensei.schemas.common.AddedColumn;
import dev.sensei.schemas.common.DeclaredColumn;
import dev.sensei.schemas.common.TableMapping;
import java.util.ArrayList;
import java.util.List;

/** A mapping of one table, said step by step. */
final class Declared {
  private final String table;
  private String target = "";
  private final List<DeclaredColumn> columns = new ArrayList<>();
  private final List<AddedColumn> added = new ArrayList<>();

  private Declared(String table) {
    this.table = table;
  }

  static Declared of(String table) {
    return new Declared(table);
  }

  Declared to(String name) {
    target = name;
    return this;
  }

  Declared renamed(String column, String name) {
    return column(column, name, "", "");
  }

  Declared cast(String column, String type) {
    return column(column, "", type, "");
  }

  Declared computed(String column, String expression) {
    return column(column, "", "", expression);
  }

  Declared column(String column, String name, String type, String expression) {
    columns.add(new DeclaredColumn(column, false, name, type, expression));
    return this;
  }

  Declared dropped(String column) {
    columns.add(new DeclaredColumn(column, true, "", "", ""));
    return this;
  }

  Declared added(String column, String expression, String type) {
    added.add(new AddedColumn(column, type, expression, null, false));
    return this;
  }

  Declared constant(String column, String value, String type, boolean required) {
    added.add(new AddedColumn(column, type, "", value, required));
    return this;
  }

  TableMapping mapping() {
    return new TableMapping(table, target, columns, added);
  }
}
