package dev.sensei.agents.architect.mapping;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.SqlLiteral;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.catalog.Partition;
import dev.sensei.databases.catalog.Table;
import dev.sensei.schemas.common.AddedColumn;
import dev.sensei.schemas.common.DeclaredColumn;
import dev.sensei.schemas.common.TableMapping;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Declared mappings held against the source's catalog: what is named is there, and no two things
 * get one name in the target. Names are given all at once, so two tables or columns may swap
 * theirs.
 */
final class Declarations {
  /** What PostgreSQL takes of a name. */
  private static final int NAME_BYTES = 63;

  private static final Set<String> SYSTEM_COLUMNS =
      Set.of("tableoid", "ctid", "xmin", "cmin", "xmax", "cmax");
  private static final Pattern RESERVED_SCHEMAS =
      Pattern.compile("(?s)pg_.*|information_schema|sensei_ledger");

  private final Catalog source;
  private final Map<TableName, TableMapping> byTable = new TreeMap<>();

  private Declarations(Catalog source) {
    this.source = source;
  }

  /**
   * Every table of the source with what becomes of it, in the catalog's order.
   *
   * @throws MappingRefused at the first that does not fit
   */
  static List<MappedTable> apply(List<TableMapping> declared, Catalog source)
      throws MappingRefused {
    Declarations declarations = new Declarations(source);
    for (TableMapping each : declared) {
      declarations.take(each);
    }
    List<MappedTable> tables = new ArrayList<>();
    for (Table table : source.tables()) {
      tables.add(declarations.mapped(table));
    }
    oneTableEach(tables);
    return List.copyOf(tables);
  }

  private void take(TableMapping declared) throws MappingRefused {
    TableName name = name(declared.getTable());
    Table table =
        source
            .table(name)
            .orElseThrow(
                () ->
                    new MappingRefused(
                        "UNKNOWN_TABLE",
                        name.toString(),
                        "expected a table in scope named %s in the source, as mappings say, found none; correct the name, or see that tables.include and tables.exclude let it in"
                            .formatted(name)));
    if (byTable.put(name, declared) != null) {
      throw new MappingRefused(
          "MAPPING_TWICE",
          name.toString(),
          "expected one mapping of %s, found two; make them one".formatted(name));
    }
    if (!declared.getColumns().isEmpty() || !declared.getAdded().isEmpty()) {
      standsAlone(table);
    }
    for (DeclaredColumn column : declared.getColumns()) {
      if (table.column(column.getColumn()).isEmpty()) {
        throw new MappingRefused(
            "UNKNOWN_COLUMN",
            name.toString(),
            "expected a column %s in %s of the source, as its mapping says, found none; correct the name, or put a new column under add"
                .formatted(SqlIdentifier.quoteWhereNeeded(column.getColumn()), name));
      }
    }
  }

  /** A partition has its parent's columns, and so do tables that inherit from each other. */
  private void standsAlone(Table table) throws MappingRefused {
    Optional<TableName> parent = table.partition().map(Partition::parent);
    if (parent.isPresent()) {
      throw new MappingRefused(
          "PARTITION_COLUMNS",
          table.name().toString(),
          "expected the columns of partition %s in the mapping of the partitioned table, found them at the partition; declare them for %s, they hold for all its partitions"
              .formatted(table.name(), root(table).name()));
    }
    boolean inherits =
        !table.inherits().isEmpty()
            || source.tables().stream().anyMatch(each -> each.inherits().contains(table.name()));
    if (inherits) {
      throw new MappingRefused(
          "INHERITED_COLUMNS",
          table.name().toString(),
          "expected columns mapped only where a table shares them with no other, found that %s is part of an inheritance; map its name alone, or leave it out"
              .formatted(table.name()));
    }
  }

  private Table root(Table table) {
    Table at = table;
    Optional<Table> up = at.partition().map(Partition::parent).flatMap(source::table);
    while (up.isPresent()) {
      at = up.get();
      up = at.partition().map(Partition::parent).flatMap(source::table);
    }
    return at;
  }

  private MappedTable mapped(Table table) throws MappingRefused {
    Optional<TableMapping> own = Optional.ofNullable(byTable.get(table.name()));
    TableName target =
        own.map(TableMapping::getTarget).filter(name -> !name.isEmpty()).isPresent()
            ? name(own.get().getTarget())
            : table.name();
    Optional<TableMapping> columns = Optional.ofNullable(byTable.get(root(table).name()));
    MappedTable mapped =
        new MappedTable(
            table,
            target,
            columns
                .filter(each -> !each.getColumns().isEmpty() || !each.getAdded().isEmpty())
                .isPresent(),
            columns(table, columns));
    oneColumnEach(mapped);
    return mapped;
  }

  private static List<MappedColumn> columns(Table table, Optional<TableMapping> mapping) {
    Map<String, DeclaredColumn> declared = new HashMap<>();
    mapping.ifPresent(
        each -> each.getColumns().forEach(column -> declared.put(column.getColumn(), column)));
    List<MappedColumn> all = new ArrayList<>();
    for (Column column : table.columns()) {
      DeclaredColumn said = declared.get(column.name());
      if (said == null) {
        all.add(MappedColumn.same(column));
      } else if (!said.getDropped()) {
        all.add(
            new MappedColumn(
                said.getTarget().isEmpty() ? column.name() : said.getTarget(),
                Optional.of(column),
                given(said.getExpression()),
                false,
                given(said.getType()),
                true,
                false));
      }
    }
    mapping.ifPresent(each -> each.getAdded().forEach(column -> all.add(added(column))));
    return all;
  }

  private static MappedColumn added(AddedColumn column) {
    Optional<String> literal =
        Optional.ofNullable(column.getConstant())
            .map(text -> SqlLiteral.quote(text) + "::pg_catalog.text");
    return new MappedColumn(
        column.getColumn(),
        Optional.empty(),
        literal.or(() -> given(column.getExpression())),
        literal.isPresent(),
        given(column.getType()),
        true,
        column.getRequired());
  }

  private static Optional<String> given(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  private static void oneColumnEach(MappedTable table) throws MappingRefused {
    Map<String, MappedColumn> names = new HashMap<>();
    usable(table.target().schema(), table.target().toString());
    usable(table.target().name(), table.target().toString());
    if (RESERVED_SCHEMAS.matcher(table.target().schema()).matches()) {
      throw reserved(table.target().toString(), "schema " + table.target().schema());
    }
    for (MappedColumn column : table.columns()) {
      usable(column.target(), table.named(column));
      if (SYSTEM_COLUMNS.contains(column.target())) {
        throw reserved(table.named(column), "column " + column.target());
      }
      MappedColumn other = names.put(column.target(), column);
      if (other != null) {
        throw new MappingRefused(
            "COLUMN_TWICE",
            table.named(column),
            "expected one source for column %s, found two: %s and %s; rename or drop one of them"
                .formatted(table.named(column), origin(other), origin(column)));
      }
    }
  }

  private static MappingRefused reserved(String object, String what) {
    return new MappingRefused(
        "NAME_RESERVED",
        object,
        "expected a name that is free for %s, found %s, which PostgreSQL or a migration keeps for itself; give it another"
            .formatted(object, what));
  }

  /** The server would cut a longer one off, and say nothing. */
  private static void usable(String name, String object) throws MappingRefused {
    if (name.indexOf(0) >= 0) {
      String seen = object.replace((char) 0, '?');
      throw new MappingRefused(
          "BAD_NAME",
          seen,
          "expected a name that a server can hold in %s, found the character NUL in it; leave it out"
              .formatted(seen));
    }
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > NAME_BYTES) {
      throw new MappingRefused(
          "NAME_TOO_LONG",
          object,
          "expected a name of at most %d bytes in %s, found %d; shorten it"
              .formatted(NAME_BYTES, object, bytes));
    }
  }

  private static String origin(MappedColumn column) {
    return column
        .source()
        .map(from -> "column " + SqlIdentifier.quoteWhereNeeded(from.name()))
        .orElse("an added column");
  }

  private static void oneTableEach(List<MappedTable> tables) throws MappingRefused {
    Map<TableName, MappedTable> names = new HashMap<>();
    for (MappedTable table : tables) {
      MappedTable other = names.put(table.target(), table);
      if (other != null) {
        throw new MappingRefused(
            "TABLE_TWICE",
            table.target().toString(),
            "expected one source for table %s of the target, found two: %s and %s; rename or exclude one of them"
                .formatted(table.target(), other.source().name(), table.source().name()));
      }
    }
  }

  private static TableName name(String text) throws MappingRefused {
    try {
      return TableName.parse(text);
    } catch (IllegalArgumentException malformed) {
      throw new MappingRefused(
          "BAD_NAME",
          text,
          "expected a table's name as schema.table, found %s; give both parts, each in double quotes where SQL needs them"
              .formatted(text));
    }
  }
}
