package dev.sensei.agents.architect.mapping;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.databases.SqlLiteral;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.catalog.ColumnUses;
import dev.sensei.databases.catalog.Sequence;
import dev.sensei.databases.catalog.TypeForm;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorClass;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Tries declared columns on the source: whether types are there, casts exist and expressions can be
 * used, and by {@link RowTrial} whether all of them go well on some rows. Reads only.
 */
final class SourceTrial {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final String NULL_OF_TYPE = "NULL::";
  private static final Pattern MOMENT =
      Pattern.compile("^(date|time|timestamp|daterange|tsrange|tstzrange|.*multirange)\\b");
  private static final Pattern CLOCK =
      Pattern.compile("\\b(now|today|tomorrow|yesterday)\\b", Pattern.CASE_INSENSITIVE);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Connection source;
  private final ReadOnlySession session;
  private final Catalog target;
  private final RowTrial rows;
  private final Map<String, Boolean> sortable = new HashMap<>();
  private final Map<String, Optional<TypeForm>> forms = new HashMap<>();

  private SourceTrial(Connection source, Catalog target, CastFaults faults) {
    this.source = source;
    this.session = new ReadOnlySession(source, LIMIT);
    this.target = target;
    this.rows = new RowTrial(session, faults, LIMIT);
  }

  /**
   * Asks about all declared columns.
   *
   * @param source a session of the source, committing by itself
   * @param catalog the source's catalog
   * @param target the target's catalog
   * @param faults whether rows whose values cannot be cast are dealt with
   * @throws MappingRefused at the first that cannot be carried out
   */
  static SourceAnswers ask(
      Connection source,
      Catalog catalog,
      Catalog target,
      List<MappedTable> tables,
      CastFaults faults)
      throws MappingRefused {
    SourceTrial trial = new SourceTrial(source, target, faults);
    Map<TableName, Map<String, Reading>> readings = new HashMap<>();
    for (MappedTable table : tables) {
      if (table.declared()) {
        readings.put(table.source().name(), trial.table(table));
      }
    }
    return new SourceAnswers(
        readings,
        trial.quoted(tables, catalog.allSequences()),
        ColumnUses.read(source),
        trial.rows.risks());
  }

  private Map<String, Reading> table(MappedTable table) throws MappingRefused {
    Map<String, Reading> readings = new HashMap<>();
    List<ColumnMapping> tried = new ArrayList<>();
    Map<String, MappedColumn> byTarget = new HashMap<>();
    for (MappedColumn column : table.columns()) {
      if (column.declared()) {
        Reading reading = reading(table, column);
        readings.put(column.target(), reading);
        byTarget.put(column.target(), column);
        if (reading.casts() || column.expression().isPresent()) {
          tried.add(
              new ColumnMapping(
                  column.sourceName(),
                  column.target(),
                  reading.valueType(),
                  reading.targetType(),
                  1,
                  ColumnMapping.DECLARED,
                  List.of(),
                  column.expression()));
        }
      }
    }
    if (!tried.isEmpty()) {
      rows.sample(table, tried, byTarget);
    }
    return readings;
  }

  private Reading reading(MappedTable table, MappedColumn column) throws MappingRefused {
    String valueType;
    if (column.literal()) {
      holdable(table, column);
      valueType = "text";
    } else if (column.expression().isPresent()) {
      valueType = new ExpressionCheck(session, table, column, column.expression().get()).type();
    } else {
      valueType = column.source().map(Column::type).orElse("");
    }
    Optional<String> asked = Optional.empty();
    if (column.askedType().isPresent()) {
      asked = Optional.of(canonical(table, column, column.askedType().get()));
    }
    Optional<String> there =
        target
            .table(table.target())
            .flatMap(existing -> existing.column(column.target()))
            .map(Column::type);
    if (asked.isPresent() && there.isPresent() && !asked.equals(there)) {
      throw new MappingRefused(
          "TYPE_DIFFERS",
          table.named(column),
          "expected column %s of the target to be of type %s, as its mapping says, found %s; change one of them"
              .formatted(table.named(column), asked.get(), there.get()));
    }
    String targetType = there.or(() -> Optional.of(valueType)).orElseThrow();
    if (asked.isPresent()) {
      targetType = asked.get();
    }
    if (there.isEmpty() && (asked.isPresent() || column.expression().isPresent())) {
      noRow(table, column, targetType);
    }
    castable(table, column, valueType, targetType);
    if (column.literal()) {
      fixed(table, column, targetType);
    }
    return new Reading(valueType, targetType, sortable(targetType), form(targetType));
  }

  private static void holdable(MappedTable table, MappedColumn column) throws MappingRefused {
    if (column.expression().filter(text -> text.indexOf(0) >= 0).isPresent()) {
      throw new MappingRefused(
          "CAST_FAILS",
          table.named(column),
          "expected a constant that a server can hold for column %s, found the character NUL in it; leave it out"
              .formatted(table.named(column)));
    }
  }

  /** A type as the catalog writes it. */
  private String canonical(MappedTable table, MappedColumn column, String asked)
      throws MappingRefused {
    MappingRefused unknown =
        new MappingRefused(
            "UNKNOWN_TYPE",
            table.named(column),
            "expected a type that the source has for column %s, found \"%s\"; correct it, and give types outside pg_catalog their schema"
                .formatted(table.named(column), asked));
    try {
      // A literal holds whatever was written, and only a type's name gets through.
      String[] found =
          session.ask(
              "looking for the type of " + table.named(column),
              "SELECT t.typtype, pg_catalog.format_type(t.oid, -1) FROM pg_catalog.pg_type t"
                  + " WHERE t.oid = pg_catalog.to_regtype("
                  + SqlLiteral.quote(asked)
                  + ")",
              rows ->
                  rows.next()
                      ? new String[] {rows.getString(1), rows.getString(2)}
                      : new String[0]);
      if (found.length == 0 || found[0].equals("p")) {
        throw unknown;
      }
      return found[0].equals("b") ? withLength(asked, found[1]) : found[1];
    } catch (DatabaseException refused) {
      if (refused.errorClass() == ErrorClass.TRANSIENT) {
        throw refused;
      }
      throw unknown;
    }
  }

  /** A plan's output names a null's type with its length, as the catalog does. */
  private String withLength(String asked, String otherwise) {
    String plan =
        session
            .text(
                "reading a type's length",
                "EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) SELECT " + NULL_OF_TYPE + asked)
            .orElse("[]");
    try {
      JsonNode output = JSON.readTree(plan).path(0).path("Plan").path("Output");
      String only = output.size() == 1 ? output.get(0).asText() : "";
      return only.startsWith(NULL_OF_TYPE) ? only.substring(NULL_OF_TYPE.length()) : otherwise;
    } catch (JsonProcessingException unreadable) {
      throw new IllegalStateException("a server writes plans that are no JSON", unreadable);
    }
  }

  /** PostgreSQL reads some words as the moment at which it reads them. */
  private static void fixed(MappedTable table, MappedColumn column, String type)
      throws MappingRefused {
    boolean moment = MOMENT.matcher(type).find();
    if (moment && column.expression().filter(text -> CLOCK.matcher(text).find()).isPresent()) {
      throw new MappingRefused(
          "CONSTANT_NOT_REPEATABLE",
          table.named(column),
          "expected a constant that is the same whenever it is read for column %s of type %s, found a word that stands for the present moment; write the moment out, or use a default of the target"
              .formatted(table.named(column), type));
    }
  }

  /** A table's own row type comes and goes with it, and may be another in the target. */
  private void noRow(MappedTable table, MappedColumn column, String type) throws MappingRefused {
    String rows =
        session
            .text(
                "asking of what kind the type of " + table.named(column) + " is",
                """
                SELECT pg_catalog.count(*) FROM pg_catalog.pg_type t
                LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
                JOIN pg_catalog.pg_class c ON c.oid IN (t.typrelid, e.typrelid)
                WHERE t.oid = pg_catalog.to_regtype(%s) AND c.relkind <> 'c'
                """
                    .formatted(SqlLiteral.quote(type)))
            .orElse("0");
    if (!rows.equals("0")) {
      throw new MappingRefused(
          "ROW_TYPE",
          table.named(column),
          "expected a type of its own for column %s, found %s, the row of a table or view; use a composite type, or give the row's columns each a column"
              .formatted(table.named(column), type));
    }
  }

  private void castable(MappedTable table, MappedColumn column, String from, String to)
      throws MappingRefused {
    if (from.equals(to)) {
      return;
    }
    try {
      session.text(
          "trying the cast of " + table.named(column),
          "SELECT (NULL::%s)::%s LIMIT 0".formatted(from, to));
    } catch (DatabaseException refused) {
      if (refused.sqlState().equals("42846")) {
        throw new MappingRefused(
            "CAST_IMPOSSIBLE",
            table.named(column),
            "expected a cast from %s to %s for column %s, found that the source's server has none; give an expression that converts the value"
                .formatted(from, to, table.named(column)));
      }
      if (refused.sqlState().equals("42704") || refused.sqlState().equals("3F000")) {
        throw new MappingRefused(
            "CAST_IMPOSSIBLE",
            table.named(column),
            "expected a cast from %s to %s for column %s, found that the source has no such type, by which its server could read values; make the type there, or a column of another type in the target"
                .formatted(from, to, table.named(column)));
      }
      throw refused;
    }
  }

  private Optional<TypeForm> form(String type) {
    return forms.computeIfAbsent(type, each -> TypeForm.of(source, each));
  }

  private boolean sortable(String type) {
    return sortable.computeIfAbsent(
        type,
        each -> {
          try {
            session.text(
                "asking whether a type can be sorted",
                "SELECT 1 ORDER BY " + NULL_OF_TYPE + each + " LIMIT 0");
            return true;
          } catch (DatabaseException refused) {
            if (refused.sqlState().equals("42883")) {
              return false;
            }
            throw refused;
          }
        });
  }

  /** Names as the server quotes them: which words are reserved, it knows. */
  private Map<String, String> quoted(List<MappedTable> tables, List<Sequence> sequences) {
    Set<String> names = new LinkedHashSet<>();
    for (Sequence sequence : sequences) {
      names.add(sequence.name().schema());
      names.add(sequence.name().name());
    }
    for (MappedTable table : tables) {
      names.add(table.target().schema());
      names.add(table.target().name());
      table.columns().forEach(column -> names.add(column.target()));
      table.source().indexes().forEach(index -> names.add(index.name().name()));
    }
    Map<String, String> quoted = new HashMap<>();
    session.ask(
        "asking how names are quoted",
        names.stream()
            .map(SqlLiteral::quote)
            .collect(
                Collectors.joining(
                    "), (", "SELECT n, pg_catalog.quote_ident(n) FROM (VALUES (", ")) AS v(n)")),
        rows -> {
          while (rows.next()) {
            quoted.put(rows.getString(1), rows.getString(2));
          }
          return true;
        });
    return quoted;
  }
}
