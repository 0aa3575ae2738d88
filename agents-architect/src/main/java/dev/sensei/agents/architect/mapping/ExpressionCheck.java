package dev.sensei.agents.architect.mapping;

import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorClass;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Whether a declared expression is one value over one row, and the same for whoever computes it.
 *
 * <p>The source's server is asked, and nothing is made there: it parses the expression, with and
 * without parentheses, and sends the tree that it understood. In the tree stand aggregates, window
 * functions and subqueries, and the functions that are called, which {@code pg_proc} knows. Where
 * two transactions get different trees, a literal such as {@code 'now'} is in it. What a function
 * that somebody declared {@code IMMUTABLE} does inside is not seen.
 */
final class ExpressionCheck {
  private static final List<String> CLOCKS_AND_STATE =
      List.of("SQLVALUEFUNCTION", "NEXTVALUEEXPR", "PARAM", "CURRENTOFEXPR");

  /**
   * Functions that PostgreSQL calls STABLE since they follow settings that both readers pin, such
   * as the time zone, and nothing else.
   */
  private static final Set<String> BY_PINNED_SETTINGS =
      Set.of(
          "anytextcat",
          "array_to_json",
          "array_to_string",
          "concat",
          "concat_ws",
          "convert",
          "convert_from",
          "convert_to",
          "date",
          "date_part",
          "date_trunc",
          "extract",
          "format",
          "interval_pl_timestamptz",
          "json_build_array",
          "json_build_object",
          "jsonb_build_array",
          "jsonb_build_object",
          "length",
          "make_timestamptz",
          "money",
          "numeric",
          "overlaps",
          "quote_literal",
          "quote_nullable",
          "row_to_json",
          "textanycat",
          "time",
          "timestamp",
          "timestamptz",
          "timestamptz_mi_interval",
          "timestamptz_pl_interval",
          "timetz",
          "timezone",
          "to_char",
          "to_date",
          "to_json",
          "to_jsonb",
          "to_number",
          "to_timestamp");

  private static final String QUERY_CANCELED = "57014";

  /** Columns that PostgreSQL keeps for itself and changes: all but the table's object id. */
  private static final Pattern SYSTEM_COLUMN = Pattern.compile(" :varattno -[1-5] ");

  private static final String COMPARISONS =
      "(date|timestamp|timestamptz)_(cmp|eq|ge|gt|le|lt|ne)_.*";

  private final ReadOnlySession session;
  private final MappedTable table;
  private final MappedColumn column;
  private final String expression;

  ExpressionCheck(
      ReadOnlySession session, MappedTable table, MappedColumn column, String expression) {
    this.session = session;
    this.table = table;
    this.column = column;
    this.expression = expression;
  }

  /**
   * The type of the expression, as {@code format_type} writes it, without a length.
   *
   * @throws MappingRefused where it is no expression that can be used
   */
  String type() throws MappingRefused {
    String from = " FROM ONLY " + table.source().name().quoted() + " LIMIT 0";
    String bare = "SELECT " + expression + "\n" + from;
    String enclosed = "SELECT (" + expression + "\n)" + from;
    try {
      if (!session.oneStatement(bare) || !session.oneStatement(enclosed)) {
        throw invalid("more than one statement");
      }
      int columns = session.ask(doing(), bare, rows -> rows.getMetaData().getColumnCount());
      if (columns != 1) {
        throw invalid(columns + " values");
      }
      ExpressionTree tree = tree(enclosed);
      ofOneRow(tree);
      repeatable(tree, tree(enclosed));
      return resultType(from);
    } catch (DatabaseException refused) {
      throw explained(refused);
    }
  }

  private ExpressionTree tree(String sql) throws MappingRefused {
    Optional<ExpressionTree> tree = session.tree(doing(), sql);
    if (tree.isEmpty()) {
      throw refused(
          "EXPRESSION_UNCHECKED",
          "expected the source's server to tell how it reads the expression of column %s, found that it does not; let the role set debug_print_parse and client_min_messages, and connect without a pooler that takes messages out"
              .formatted(table.named(column)));
    }
    return tree.get();
  }

  private void ofOneRow(ExpressionTree tree) throws MappingRefused {
    if (tree.says("hasAggs") || tree.count("GROUPINGFUNC") > 0) {
      throw notOfOneRow("an aggregate");
    }
    if (tree.says("hasWindowFuncs")) {
      throw notOfOneRow("a window function");
    }
    if (tree.says("hasTargetSRFs")) {
      throw notOfOneRow("a function that gives several rows");
    }
    if (tree.says("hasSubLinks") || tree.count("QUERY") != 1) {
      throw notOfOneRow("a subquery");
    }
    if (tree.count("RANGETBLENTRY") != 1 && tree.count("RTE") != 1) {
      throw notOfOneRow("another table");
    }
  }

  private void repeatable(ExpressionTree tree, ExpressionTree again) throws MappingRefused {
    for (String node : CLOCKS_AND_STATE) {
      if (tree.count(node) > 0) {
        throw notRepeatable("one that asks for the time, the user or a sequence");
      }
    }
    if (SYSTEM_COLUMN.matcher(tree.text()).find()) {
      throw notRepeatable("a system column, which a row keeps only until it is written anew");
    }
    if (!tree.meaning().equals(again.meaning())) {
      throw notRepeatable("a literal that stands for the present moment");
    }
    if (tree.functions().isEmpty()) {
      return;
    }
    String ids = tree.functions().stream().map(String::valueOf).collect(Collectors.joining(", "));
    Set<String> volatiles = new TreeSet<>();
    Set<String> stables = new TreeSet<>();
    session.ask(
        "asking what the functions of an expression are",
        "SELECT n.nspname, p.proname, p.provolatile FROM pg_catalog.pg_proc p"
            + " JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE p.oid IN ("
            + ids
            + ") AND p.provolatile <> 'i'",
        rows -> {
          while (rows.next()) {
            String name = rows.getString(2);
            boolean known =
                rows.getString(1).equals("pg_catalog")
                    && (BY_PINNED_SETTINGS.contains(name) || name.matches(COMPARISONS));
            if (rows.getString(3).equals("v")) {
              volatiles.add(name);
            } else if (!known) {
              stables.add(name);
            }
          }
          return true;
        });
    if (!volatiles.isEmpty()) {
      throw notRepeatable("the volatile " + String.join(", ", volatiles));
    }
    if (!stables.isEmpty()) {
      throw notRepeatable(
          String.join(", ", stables) + ", which may change with time, settings or other tables");
    }
  }

  private String resultType(String from) throws MappingRefused {
    String[] found =
        session.ask(
            doing(),
            "SELECT pg_catalog.format_type(t.oid, -1), t.typtype FROM pg_catalog.pg_type t WHERE"
                + " t.oid = pg_catalog.pg_typeof((SELECT ("
                + expression
                + "\n)"
                + from
                + "))::pg_catalog.oid",
            rows -> {
              rows.next();
              return new String[] {rows.getString(1), rows.getString(2)};
            });
    if (found[1].equals("p")) {
      throw invalid("one of type " + found[0] + ", which no column can have");
    }
    return found[0];
  }

  /** Words for SQLSTATEs: the server's own may quote a value. */
  private MappingRefused explained(DatabaseException refused) {
    String state = refused.sqlState();
    boolean passes = refused.errorClass() == ErrorClass.TRANSIENT && !state.equals(QUERY_CANCELED);
    if (passes || state.startsWith("53")) {
      // It is nothing that the expression did: the task is tried again.
      throw refused;
    }
    return switch (state) {
      case "42803" -> notOfOneRow("an aggregate");
      case "42P20" -> notOfOneRow("a window function");
      case "42601" -> invalid("a syntax error (SQLSTATE 42601)");
      case "42703" -> invalid("a column that the table has not (SQLSTATE 42703)");
      case "42883" ->
          invalid(
              "a function or operator that the source has not for these types (SQLSTATE 42883)");
      case "42P01" -> invalid("a table other than its own (SQLSTATE 42P01)");
      case "42704" -> invalid("a type or collation that the source has not (SQLSTATE 42704)");
      case "42846" -> invalid("a cast that there is not (SQLSTATE 42846)");
      case "08P01" -> invalid("a parameter or the character NUL (SQLSTATE 08P01)");
      case QUERY_CANCELED -> invalid("one that the server does not get to the end of");
      default -> invalid("one that the server refuses (SQLSTATE " + state + ")");
    };
  }

  private MappingRefused invalid(String found) {
    return refused(
        "EXPRESSION_INVALID",
        "expected an SQL expression over a row of %s for column %s, found %s; names are the source's, and those of functions and types outside pg_catalog need their schema"
            .formatted(table.source().name(), table.named(column), found));
  }

  private MappingRefused notOfOneRow(String found) {
    return refused(
        "EXPRESSION_NOT_OF_ONE_ROW",
        "expected an expression over one row of %s for column %s, found %s; leave it out"
            .formatted(table.source().name(), table.named(column), found));
  }

  private MappingRefused notRepeatable(String found) {
    return refused(
        "EXPRESSION_NOT_REPEATABLE",
        "expected an expression for column %s that gives the same value whenever it is computed, found %s; use functions that are IMMUTABLE, or a constant"
            .formatted(table.named(column), found));
  }

  private MappingRefused refused(String code, String message) {
    return new MappingRefused(code, table.named(column), message);
  }

  private String doing() {
    return "trying the expression of " + table.named(column);
  }
}
