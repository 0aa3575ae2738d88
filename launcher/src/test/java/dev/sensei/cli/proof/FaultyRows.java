package dev.sensei.cli.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A table in whose rows faults are planted, each for a reason of its own, and each with the canary
 * in it: what its target refuses, and what its source cannot cast. Some rows lack their parents,
 * since these are at fault themselves.
 *
 * @param rows how many rows there are, numbered from 1
 * @param faults how many of them are at fault: spread over all, kinds in turn
 * @param canary text that stands in every row at fault
 */
record FaultyRows(int rows, int faults, String canary) {

  /** Why a row is not taken: the column at fault with its value, and the SQLSTATE. */
  enum Fault {
    TOO_LARGE("amount", "3000000000 + score", "22003"),
    TOO_PRECISE("price", "100000 + score", "22003"),
    TOO_LONG("name", "'%s ' || id || repeat('x', 30)", "22001"),
    MISSING("kind", "NULL", "23502"),
    FORBIDDEN("score", "-score", "23514"),
    REPEATED("code", "'again'", "23505"),
    ORPHAN("parent", "101 + mod(id, 10)", "23503"),
    NO_DOCUMENT("document", "'{\"a\": \"\\u0000 %s\"}'", "22P05");

    private final String column;
    private final String value;
    private final String sqlState;

    Fault(String column, String value, String sqlState) {
      this.column = column;
      this.value = value;
      this.sqlState = sqlState;
    }
  }

  /** Added to a row's number, which makes a key that is found wherever it is written down. */
  static final long FIRST = 7_239_184_650_000L;

  /** How the key of each row begins. */
  static final String KEYS = "723918465";

  /** Parents at fault. */
  static final int PARENTS = 10;

  /** What the source is made of. */
  List<String> source() {
    List<String> statements = new ArrayList<>();
    statements.add("CREATE TABLE parent (id int PRIMARY KEY, label text)");
    statements.add("INSERT INTO parent SELECT n, 'p' || n FROM generate_series(1, 100) n");
    statements.add(
        "INSERT INTO parent SELECT 100 + n, '%s ' || n FROM generate_series(1, %d) n"
            .formatted(canary, PARENTS));
    statements.add(
        """
        CREATE TABLE item (id bigint PRIMARY KEY, amount bigint, price numeric, name text, kind text,
          score int, code text, parent int, document json, note text)\
        """);
    statements.add(
        """
        INSERT INTO item SELECT %d + n, n, n %% 1000, 'item ' || n, 'kind ' || n %% 7, n, 'code ' || n,
          1 + n %% 100, '{"n": 1}', 'note ' || n FROM generate_series(1, %d) n\
        """
            .formatted(FIRST, rows));
    int every = rows / faults;
    List<Fault> kinds = List.of(Fault.values());
    for (Fault fault : kinds) {
      statements.add(
          "UPDATE item SET %1$s = %2$s, note = '%3$s ' || score WHERE score %% %4$d = 0 AND score / %4$d <= %5$d AND score / %4$d %% %6$d = %7$d"
              .formatted(
                  fault.column,
                  fault.value.formatted(canary),
                  canary,
                  every,
                  faults,
                  kinds.size(),
                  kinds.indexOf(fault)));
    }
    return statements;
  }

  /** What is in the target, narrower. */
  static String[] target() {
    return new String[] {
      "CREATE TABLE parent (id int PRIMARY KEY, label varchar(20))",
      """
      CREATE TABLE item (id bigint PRIMARY KEY, amount int, price numeric(6, 2), name varchar(20),
        kind text NOT NULL DEFAULT 'none', score int CHECK (score > 0), code text UNIQUE,
        parent int REFERENCES parent, document jsonb, note text)\
      """
    };
  }

  /** How many rows are at fault for one reason. */
  long planted(Fault of) {
    List<Fault> kinds = List.of(Fault.values());
    return IntStream.rangeClosed(1, faults)
        .filter(fault -> kinds.get(fault % kinds.size()) == of)
        .count();
  }

  /** How many rows are at fault by SQLSTATE. */
  Map<String, Long> planted() {
    Map<String, Long> planted = new TreeMap<>(Map.of("22001", (long) PARENTS));
    for (int fault = 1; fault <= faults; fault++) {
      planted.merge(Fault.values()[fault % Fault.values().length].sqlState, 1L, Long::sum);
    }
    return planted;
  }

  /** The key of the first row at fault. */
  long firstKey() {
    return FIRST + rows / faults;
  }

  /** A query on the source for the rows at fault, as their rules make them. */
  static String mended() {
    return """
    SELECT ROW(id, least(amount, 2147483647), least(price, 9999.99)::numeric(6, 2), left(name, 20),
      coalesce(kind, 'none'), greatest(score, 1), code, parent,
      replace(document::text, '\\u0000', '')::jsonb, note)::text
    FROM item WHERE note LIKE 'canary%'
      AND (code <> 'again' OR id = (SELECT min(id) FROM item WHERE code = 'again'))
    ORDER BY id\
    """;
  }

  /** A query on the target for the rows that were at fault. */
  static String arrived() {
    return "SELECT i::text FROM item i WHERE note LIKE 'canary%' ORDER BY id";
  }

  /** A query for the rows that are not at fault, as the target has them. */
  static String good() {
    return """
    SELECT pg_catalog.count(*) || ' ' || pg_catalog.sum(pg_catalog.hashtextextended(
      ROW(id, amount::int, price::numeric(6, 2), name::varchar(20), kind, score, code, parent,
        document::jsonb, note)::text, 0)::numeric)
    FROM item WHERE note NOT LIKE 'canary%'\
    """;
  }
}
