package dev.sensei.cli.spec;

import dev.sensei.databases.TableName;
import dev.sensei.schemas.common.AddedColumn;
import dev.sensei.schemas.common.DeclaredColumn;
import dev.sensei.schemas.common.TableMapping;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of one source table.
 *
 * @param source the table in the source
 * @param target its name in the target, where it has another
 * @param columns columns of the source of which something is said
 * @param added columns that the source has not, in order
 */
public record TableSpec(
    TableName source, Optional<TableName> target, List<ColumnSpec> columns, List<AddedSpec> added) {
  /** The most characters of an expression or a constant. */
  static final int MAX_SQL = 8_192;

  /** The most characters of a type. */
  static final int MAX_TYPE = 200;

  /** The most characters of a column's name. */
  static final int MAX_NAME = 63;

  public TableSpec {
    columns = List.copyOf(columns);
    added = List.copyOf(added);
  }

  /** What becomes of one column of the source. */
  public sealed interface ColumnSpec {
    /** The column's name in the source. */
    String column();

    /** The target gets no such column. */
    record Dropped(String column) implements ColumnSpec {}

    /**
     * The target gets it, but otherwise.
     *
     * @param target its name in the target, where it has another
     * @param type its type in the target, as SQL writes it, where it has another
     * @param expression SQL over a row that gives its values, where they are not the column's own
     */
    record Changed(
        String column, Optional<String> target, Optional<String> type, Optional<String> expression)
        implements ColumnSpec {}
  }

  /**
   * A column that the source has not.
   *
   * @param column its name in the target
   * @param value what it holds
   * @param type its type in the target, as SQL writes it; of an expression it may be left out
   * @param required whether it is NOT NULL in a table that the migration makes
   */
  public record AddedSpec(String column, Value value, Optional<String> type, boolean required) {}

  /** What an added column holds. */
  public sealed interface Value {
    /** SQL over a row of the source table. */
    record Expression(String sql) implements Value {}

    /** One value for all rows, never read as SQL. */
    record Constant(String text) implements Value {}
  }

  /** As commands carry it. */
  TableMapping toContract() {
    return TableMapping.newBuilder()
        .setTable(source.toString())
        .setTarget(target.map(TableName::toString).orElse(""))
        .setColumns(columns.stream().map(TableSpec::contract).toList())
        .setAdded(added.stream().map(TableSpec::contract).toList())
        .build();
  }

  private static DeclaredColumn contract(ColumnSpec column) {
    DeclaredColumn.Builder builder = DeclaredColumn.newBuilder().setColumn(column.column());
    return switch (column) {
      case ColumnSpec.Dropped dropped -> builder.setDropped(true).build();
      case ColumnSpec.Changed changed ->
          builder
              .setTarget(changed.target().orElse(""))
              .setType(changed.type().orElse(""))
              .setExpression(changed.expression().orElse(""))
              .build();
    };
  }

  private static AddedColumn contract(AddedSpec added) {
    AddedColumn.Builder builder =
        AddedColumn.newBuilder()
            .setColumn(added.column())
            .setType(added.type().orElse(""))
            .setRequired(added.required());
    return switch (added.value()) {
      case Value.Expression expression -> builder.setExpression(expression.sql()).build();
      case Value.Constant constant -> builder.setConstant(constant.text()).build();
    };
  }
}
