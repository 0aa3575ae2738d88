package dev.sensei.databases.ddl;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Check;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.catalog.NotNull;
import dev.sensei.databases.catalog.Sequence;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.catalog.TableKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Creates tables the way {@code pg_dump} does: a partition stands alone first and is then attached,
 * an inheriting table declares what is its own, checks come with the table.
 */
final class TableStatements {
  private TableStatements() {}

  static List<Statement> create(Table table) {
    List<Statement> all = new ArrayList<>();
    boolean alone = table.partition().isPresent() || table.inherits().isEmpty();
    add(all, table, createTable(table, alone));
    String alter = "ALTER TABLE ONLY " + table.name().quoted() + " ";
    for (Column column : table.columns()) {
      String alterColumn = alter + "ALTER COLUMN " + SqlIdentifier.quote(column.name()) + " ";
      if (!alone && !column.local()) {
        inherited(all, table, column, alterColumn);
      } else if (!alone && hasNoValueOfItsOwn(column)) {
        // A parent's default would come with the parent's column.
        add(all, table, alterColumn + "DROP DEFAULT");
      }
      column.storage().ifPresent(how -> add(all, table, alterColumn + "SET STORAGE " + how));
      column
          .compression()
          .ifPresent(how -> add(all, table, alterColumn + "SET COMPRESSION " + how));
      column
          .statisticsTarget()
          .ifPresent(target -> add(all, table, alterColumn + "SET STATISTICS " + target));
      if (!column.options().isEmpty()) {
        add(all, table, alterColumn + "SET (" + Options.list(column.options()) + ")");
      }
      if (column.notNull().filter(notNull -> !notNull.valid()).isPresent()) {
        add(all, table, alter + "ADD " + notNullConstraint(column) + " NOT VALID");
      }
    }
    for (Check check : table.checks()) {
      if (!check.valid() && (alone || check.local())) {
        add(
            all,
            table,
            (table.kind() == TableKind.PARTITIONED
                    ? "ALTER TABLE " + table.name().quoted() + " "
                    : alter)
                + "ADD CONSTRAINT "
                + SqlIdentifier.quote(check.name())
                + " "
                + check.definition());
      }
    }
    table
        .partition()
        .ifPresent(
            place ->
                add(
                    all,
                    table,
                    "ALTER TABLE ONLY "
                        + place.parent().quoted()
                        + " ATTACH PARTITION "
                        + table.name().quoted()
                        + " "
                        + place.bound()));
    return all;
  }

  static String createSequence(Sequence sequence) {
    return "CREATE "
        + (sequence.unlogged() ? "UNLOGGED " : "")
        + "SEQUENCE "
        + sequence.name().quoted()
        + (sequence.type().equals("bigint") ? "" : " AS " + sequence.type())
        + sequenceOptions(sequence);
  }

  private static String sequenceOptions(Sequence sequence) {
    return " START WITH "
        + sequence.start()
        + " INCREMENT BY "
        + sequence.increment()
        + " MINVALUE "
        + sequence.minimum()
        + " MAXVALUE "
        + sequence.maximum()
        + " CACHE "
        + sequence.cache()
        + (sequence.cycle() ? " CYCLE" : " NO CYCLE");
  }

  private static String createTable(Table table, boolean alone) {
    List<String> lines = new ArrayList<>();
    for (Column column : table.columns()) {
      if (alone || column.local()) {
        lines.add(column(column));
      } else if (ownNotNull(column).flatMap(NotNull::name).isPresent()) {
        lines.add(notNullConstraint(column));
      }
    }
    for (Check check : table.checks()) {
      if (check.valid() && (alone || check.local())) {
        lines.add("CONSTRAINT " + SqlIdentifier.quote(check.name()) + " " + check.definition());
      }
    }
    StringBuilder sql = new StringBuilder("CREATE ");
    sql.append(table.unlogged() ? "UNLOGGED " : "").append("TABLE ");
    sql.append(table.name().quoted()).append(" (");
    sql.append(lines.isEmpty() ? "" : "\n    " + String.join(",\n    ", lines) + "\n").append(')');
    if (!alone) {
      sql.append("\nINHERITS (");
      sql.append(String.join(", ", table.inherits().stream().map(TableName::quoted).toList()));
      sql.append(')');
    }
    table.partitionKey().ifPresent(key -> sql.append("\nPARTITION BY ").append(key));
    table
        .accessMethod()
        .ifPresent(method -> sql.append("\nUSING ").append(SqlIdentifier.quote(method)));
    String options = Options.list(table.options());
    String toastOptions = Options.list(table.toastOptions(), "toast.");
    if (!options.isEmpty() || !toastOptions.isEmpty()) {
      sql.append("\nWITH (").append(options);
      sql.append(options.isEmpty() || toastOptions.isEmpty() ? "" : ", ");
      sql.append(toastOptions).append(')');
    }
    return sql.toString();
  }

  private static String column(Column column) {
    StringBuilder sql = new StringBuilder(SqlIdentifier.quote(column.name()));
    sql.append(' ').append(column.type());
    column.collation().ifPresent(collation -> sql.append(" COLLATE ").append(collation));
    column
        .generated()
        .ifPresent(
            generated ->
                sql.append(" GENERATED ALWAYS AS (")
                    .append(generated.expression())
                    .append(generated.stored() ? ") STORED" : ")"));
    column.defaultExpression().ifPresent(text -> sql.append(" DEFAULT ").append(text));
    Optional<NotNull> notNull = column.notNull().filter(NotNull::valid);
    notNull.ifPresent(
        constraint -> {
          constraint
              .name()
              .ifPresent(name -> sql.append(" CONSTRAINT ").append(SqlIdentifier.quote(name)));
          sql.append(" NOT NULL").append(constraint.noInherit() ? " NO INHERIT" : "");
        });
    column
        .identity()
        .ifPresent(
            identity ->
                identity
                    .sequence()
                    .ifPresent(
                        sequence ->
                            sql.append(" GENERATED ")
                                .append(identity.always() ? "ALWAYS" : "BY DEFAULT")
                                .append(" AS IDENTITY (SEQUENCE NAME ")
                                .append(sequence.name().quoted())
                                .append(sequenceOptions(sequence))
                                .append(')')));
    return sql.toString();
  }

  /** What a column that comes from a parent has of its own; saying it twice does no harm. */
  private static void inherited(
      List<Statement> all, Table table, Column column, String alterColumn) {
    if (column.generated().isEmpty() && column.identity().isEmpty()) {
      add(
          all,
          table,
          alterColumn
              + column
                  .defaultExpression()
                  .map(text -> "SET DEFAULT " + text)
                  .orElse("DROP DEFAULT"));
    }
    if (ownNotNull(column).filter(notNull -> notNull.name().isEmpty()).isPresent()) {
      add(all, table, alterColumn + "SET NOT NULL");
    }
  }

  private static boolean hasNoValueOfItsOwn(Column column) {
    return column.defaultExpression().isEmpty()
        && column.generated().isEmpty()
        && column.identity().isEmpty();
  }

  private static Optional<NotNull> ownNotNull(Column column) {
    return column.notNull().filter(notNull -> notNull.local() && notNull.valid());
  }

  private static String notNullConstraint(Column column) {
    return column
            .notNull()
            .flatMap(NotNull::name)
            .map(name -> "CONSTRAINT " + SqlIdentifier.quote(name) + " ")
            .orElse("")
        + "NOT NULL "
        + SqlIdentifier.quote(column.name())
        + (column.notNull().filter(NotNull::noInherit).isPresent() ? " NO INHERIT" : "");
  }

  private static void add(List<Statement> all, Table table, String sql) {
    all.add(new Statement(sql, "table " + table.name(), Section.OBJECTS));
  }
}
