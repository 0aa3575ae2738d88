package dev.sensei.databases.copy;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What to copy for one chunk.
 *
 * @param sourceTable read with {@code ONLY}: partitions and children are chunks of their own
 * @param targetTable where the rows go
 * @param columns in the order in which they are sent; generated columns must not be among them;
 *     identity columns may, also {@code GENERATED ALWAYS}. May be empty, for a table without
 *     columns
 * @param bounds the rows to read
 * @param batchRows after how many rows progress is told; at least 1
 * @param format the form in which rows travel; see {@link ChunkCopier} for what it asks of sessions
 * @param masks what the reading says of each row
 * @param except rows that are not read
 */
public record CopySpec(
    TableName sourceTable,
    TableName targetTable,
    List<CopyColumn> columns,
    ChunkBounds bounds,
    int batchRows,
    CopyFormat format,
    RowMasks masks,
    List<RowLocator> except) {
  /** Rows between two calls of the progress callback, unless said otherwise. */
  public static final int DEFAULT_BATCH_ROWS = 10_000;

  public CopySpec {
    columns = List.copyOf(columns);
    except = List.copyOf(except);
    if (batchRows < 1) {
      throw new IllegalArgumentException("batchRows must be positive, is " + batchRows);
    }
  }

  /** All rows, of which nothing is said. */
  public CopySpec(
      TableName sourceTable,
      TableName targetTable,
      List<CopyColumn> columns,
      ChunkBounds bounds,
      int batchRows,
      CopyFormat format) {
    this(sourceTable, targetTable, columns, bounds, batchRows, format, RowMasks.NONE, List.of());
  }

  /** Rows in COPY's binary form, in batches of the usual size. */
  public static CopySpec of(
      TableName source, TableName target, List<CopyColumn> columns, ChunkBounds bounds) {
    return new CopySpec(source, target, columns, bounds, DEFAULT_BATCH_ROWS, CopyFormat.BINARY);
  }

  /** The same rows in another form. */
  public CopySpec in(CopyFormat other) {
    return new CopySpec(sourceTable, targetTable, columns, bounds, batchRows, other, masks, except);
  }

  /** The same of other rows. */
  public CopySpec within(ChunkBounds range) {
    return new CopySpec(
        sourceTable, targetTable, columns, range, batchRows, format, masks, List.of());
  }

  /** The same rows with masks. */
  public CopySpec with(RowMasks said) {
    return new CopySpec(sourceTable, targetTable, columns, bounds, batchRows, format, said, except);
  }

  /** The same but for these rows. */
  public CopySpec without(Collection<RowLocator> rows) {
    List<RowLocator> all = new ArrayList<>(except);
    all.addAll(rows);
    return new CopySpec(sourceTable, targetTable, columns, bounds, batchRows, format, masks, all);
  }

  /** The query whose result is the chunk. It may hold values of the source's key. */
  public String selectSql() {
    return "SELECT "
        + columns.stream().map(CopyColumn::sourceSql).collect(Collectors.joining(", "))
        + fromClause();
  }

  /** What is read, with a leading blank. */
  String fromClause() {
    String range = bounds.whereClause();
    String rows = except.isEmpty() ? "" : "NOT (" + RowLocator.in(except) + ")";
    return " FROM ONLY "
        + sourceTable.quoted()
        + range
        + (rows.isEmpty() ? "" : (range.isEmpty() ? " WHERE " : " AND ") + rows);
  }

  /**
   * Makes the settings that the bounds are read under, up to the end of the transaction that the
   * session is in, or to a return to a savepoint.
   */
  void prepare(Connection source) throws SQLException {
    setLocal(source, bounds.settings());
  }

  /** The same for what is read on the way into the target. */
  void prepareTarget(Connection target) throws SQLException {
    setLocal(target, format.settings());
  }

  private static void setLocal(Connection session, List<String> settings) throws SQLException {
    if (!settings.isEmpty()) {
      try (Statement statement = session.createStatement()) {
        statement.execute(
            settings.stream()
                .map(setting -> "SET LOCAL " + setting)
                .collect(Collectors.joining("; ")));
      }
    }
  }

  String copyOutSql() {
    return "COPY (" + selectSql() + ") TO STDOUT (" + format.options() + ")";
  }

  /** The same with {@link LeadingFields}: where each row stands, and its masks. */
  String copyOutLocatedSql() {
    List<String> expressions = new ArrayList<>();
    expressions.add(LeadingFields.LOCATOR_SQL);
    expressions.addAll(masks.sql());
    columns.stream().map(CopyColumn::sourceSql).forEach(expressions::add);
    return "COPY (SELECT "
        + String.join(", ", expressions)
        + fromClause()
        + ") TO STDOUT ("
        + format.options()
        + ")";
  }

  String copyInSql() {
    String names =
        columns.stream()
            .map(column -> SqlIdentifier.quote(column.target()))
            .collect(Collectors.joining(", "));
    return "COPY "
        + targetTable.quoted()
        + (columns.isEmpty() ? "" : " (" + names + ")")
        + " FROM STDIN ("
        + format.options()
        + ")";
  }
}
