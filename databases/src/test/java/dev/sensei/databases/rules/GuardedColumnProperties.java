package dev.sensei.databases.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.databases.SqlLiteral;
import dev.sensei.databases.TestServer;
import dev.sensei.databases.digest.CanonicalSession;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.AfterFailureMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Columns under rules, read from real servers, against what a plain cast and a real column do. */
class GuardedColumnProperties {
  private static final List<String> NUMBERS =
      List.of(
          "smallint",
          "integer",
          "bigint",
          "numeric",
          "numeric(5,2)",
          "numeric(10,0)",
          "numeric(3,-2)",
          "numeric(20,4)",
          "real",
          "double precision");
  private static final List<String> TEXTS =
      List.of("text", "character varying", "character varying(8)", "character(5)");
  private static final List<String> OTHERS =
      List.of(
          "date",
          "timestamp without time zone",
          "timestamp with time zone",
          "boolean",
          "uuid",
          "jsonb",
          "time without time zone",
          "integer[]",
          "bit(5)",
          "bit varying(4)",
          "bytea");
  private static final List<List<String>> PAIRS =
      List.of(
          List.of("json", "jsonb"),
          List.of("date", "timestamp without time zone"),
          List.of("date", "timestamp with time zone"),
          List.of("timestamp without time zone", "date"),
          List.of("timestamp with time zone", "timestamp without time zone"),
          List.of("timestamp without time zone", "time without time zone"),
          List.of("bit(7)", "bit(5)"),
          List.of("bit varying", "bit varying(4)"),
          List.of("bit varying", "bit(5)"),
          List.of("bigint[]", "integer[]"),
          List.of("numeric[]", "smallint[]"),
          List.of("text[]", "character varying(8)[]"),
          List.of("character varying(8)", "character varying(4)"),
          List.of("character(5)", "character varying(3)"),
          List.of("jsonb", "json"));
  private static final int ROWS = 40;

  private static final List<TestServer> SERVERS = TestServer.all().toList();
  private static final List<Optional<Connection>> SESSIONS =
      new ArrayList<>(SERVERS.stream().map(server -> Optional.<Connection>empty()).toList());

  private static Connection session(int server) throws SQLException {
    if (SESSIONS.get(server).isEmpty()) {
      Connection connection = TestServer.connect(SERVERS.get(server).newDatabase());
      CanonicalSession.pin(connection);
      SESSIONS.set(server, Optional.of(connection));
    }
    return SESSIONS.get(server).orElseThrow();
  }

  /** A column of the source, one of the target, and what holds between them. */
  private record Case(TypeCast cast, List<ColumnRule> rules, List<Optional<String>> values) {
    static Case random(Random random, int version) {
      TypeCast cast = cast(random, version);
      List<Optional<String>> values = new ArrayList<>();
      for (int row = 0; row < ROWS; row++) {
        values.add(
            random.nextInt(12) == 0
                ? Optional.empty()
                : Optional.of(Values.of(cast.from().written(), random)));
      }
      return new Case(cast, rules(cast, random, version), values);
    }

    private static TypeCast cast(Random random, int version) {
      List<String> pair =
          switch (random.nextInt(5)) {
            case 0 -> List.of(any(random, NUMBERS), any(random, NUMBERS));
            case 1 -> List.of(any(random, TEXTS), any(random, NUMBERS));
            case 2 -> List.of(any(random, TEXTS), any(random, OTHERS));
            case 3 ->
                List.of(
                    any(
                        random,
                        random.nextBoolean() ? NUMBERS : random.nextBoolean() ? TEXTS : OTHERS),
                    any(random, TEXTS));
            default -> any(random, PAIRS);
          };
      TypeCast cast = TypeCast.of(pair.getFirst(), pair.getLast());
      return CastGuard.of(cast, version) instanceof CastGuard.Unknown
          ? cast(random, version)
          : cast;
    }

    private static List<ColumnRule> rules(TypeCast cast, Random random, int version) {
      ValueType to = cast.to();
      List<ColumnRule> rules = new ArrayList<>();
      add(rules, cast, random, new ValueRule.FitsType(version), ColumnRule.Origin.TARGET);
      to.maxLength()
          .ifPresent(
              most ->
                  add(
                      rules,
                      cast,
                      random,
                      new ValueRule.MaxLength(most),
                      ColumnRule.Origin.TARGET));
      if (to.base().equals("jsonb") && random.nextBoolean()) {
        add(rules, cast, random, new ValueRule.NoNulBytes(), ColumnRule.Origin.TARGET);
      }
      if (to.isNumber() && random.nextBoolean()) {
        Optional<String> least = random.nextBoolean() ? Optional.of("-5") : Optional.empty();
        Optional<String> most =
            least.isEmpty() || random.nextBoolean() ? Optional.of("500") : Optional.empty();
        add(rules, cast, random, new ValueRule.Range(least, most), ColumnRule.Origin.PERSON);
      }
      if (to.base().startsWith("timestamp") && random.nextBoolean()) {
        add(
            rules,
            cast,
            random,
            new ValueRule.Range(Optional.of("2000-01-01"), Optional.of("2030-01-01")),
            ColumnRule.Origin.PERSON);
      }
      if (to.isText() && random.nextInt(3) == 0) {
        add(rules, cast, random, new ValueRule.Pattern("(?i)a.*|[0-9]+"), ColumnRule.Origin.PERSON);
      }
      if (random.nextInt(3) == 0) {
        add(rules, cast, random, new ValueRule.NotNull(), ColumnRule.Origin.TARGET);
      }
      if (RuleFit.refusal(rules, cast).isPresent()) {
        rules.removeIf(rule -> rule.rule() instanceof ValueRule.NotNull);
      }
      return rules;
    }

    private static void add(
        List<ColumnRule> rules,
        TypeCast cast,
        Random random,
        ValueRule rule,
        ColumnRule.Origin origin) {
      List<Remedy> remedies =
          new ArrayList<>(
              List.of(
                  new Remedy.SetAside(),
                  new Remedy.Truncate(),
                  new Remedy.Clamp(),
                  new Remedy.SetNull(),
                  new Remedy.StripNul()));
      if (cast.to().isNumber()) {
        remedies.add(new Remedy.UseDefault("'7'::" + cast.to().written()));
      }
      List<ColumnRule> fitting =
          remedies.stream()
              .map(remedy -> new ColumnRule(rule, remedy, origin))
              .filter(each -> RuleFit.refusal(each, cast).isEmpty())
              .toList();
      if (!fitting.isEmpty()) {
        rules.add(any(random, fitting));
      }
    }

    boolean notNull() {
      return rules.stream().anyMatch(rule -> rule.rule() instanceof ValueRule.NotNull);
    }

    private static <T> T any(Random random, List<T> some) {
      return some.get(random.nextInt(some.size()));
    }

    @Override
    public String toString() {
      return cast.from().written()
          + " to "
          + cast.to().written()
          + " under "
          + rules.stream().map(ColumnRule::text).toList();
    }
  }

  /** A row as both ways read it. */
  private record Row(
      String value,
      List<Mark> marks,
      String guarded,
      String moved,
      boolean accepted,
      String plain) {}

  @Property(tries = 250, shrinking = ShrinkingMode.OFF, afterFailure = AfterFailureMode.RANDOM_SEED)
  void aGuardedReadingNeverFailsAndMarksJustWhatTheTargetWouldRefuse(@ForAll long seed)
      throws SQLException {
    for (int at = 0; at < SERVERS.size(); at++) {
      Connection session = session(at);
      int version = session.getMetaData().getDatabaseMajorVersion();
      Case tried = Case.random(new Random(seed), version);
      List<Row> rows;
      try {
        rows = read(session, tried);
      } catch (SQLException failed) {
        throw new AssertionError(
            "seed %d, PostgreSQL %d, %s".formatted(seed, version, tried), failed);
      }
      for (Row row : rows) {
        String told = "seed %d, PostgreSQL %d, %s: %s".formatted(seed, version, tried, row);
        boolean setAside =
            row.marks().stream().anyMatch(mark -> mark.effect() == Mark.Effect.SET_ASIDE);
        boolean byTarget =
            row.marks().stream()
                .filter(mark -> mark.effect() == Mark.Effect.SET_ASIDE)
                .anyMatch(mark -> mark.rule().origin() == ColumnRule.Origin.TARGET);
        if (!setAside) {
          // What both sides are compared by, once the row was moved.
          assertThat(row.guarded()).as(told).isEqualTo(row.moved());
        }
        if (row.marks().isEmpty()) {
          assertThat(row.accepted()).as(told).isTrue();
          assertThat(row.guarded()).as(told).isEqualTo(row.plain());
        } else if (byTarget && !cautious(tried, version, row)) {
          boolean kept = row.accepted() && !changed(tried, row);
          assertThat(kept).as(told).isFalse();
        }
      }
    }
  }

  /**
   * Blanks at the end of a text that is too long are cut off without a word, and the time of an
   * infinite timestamp is NULL.
   */
  private static boolean changed(Case tried, Row row) {
    return !row.plain().equals(row.value())
        && (tried.cast().to().maxLength().isPresent() || row.plain().equals("NULL"));
  }

  /** Where a guard may take a value for worse than it is. */
  private static boolean cautious(Case tried, int version, Row row) {
    ValueType to = tried.cast().to();
    boolean text = tried.cast().from().isText();
    if (version >= 16) {
      return text && to.isMoment() && row.value().matches("now|today|tomorrow|yesterday");
    }
    return (text && to.isMoment())
        || (text && to.isNumber() && row.value().matches("(?is).*(e[-+]?[0-9]{5,}|0x|[-+]nan).*"))
        || (to.base().equals("jsonb") && row.value().matches(".*[eE][-+]?[0-9]{4}.*"));
  }

  private static List<Row> read(Connection session, Case tried) throws SQLException {
    GuardedColumn column = GuardedColumn.of("out", "\"in\"", tried.cast(), tried.rules());
    RowMarks marks = RowMarks.of(List.of(column));
    String to = tried.cast().to().written() + (tried.notNull() ? " NOT NULL" : "");
    try (Statement statement = session.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute("DROP TABLE IF EXISTS pg_temp.source, pg_temp.plain, pg_temp.guarded");
      statement.execute(
          "CREATE TEMP TABLE source (n int, \"in\" %s)".formatted(tried.cast().from().written()));
      statement.execute("CREATE TEMP TABLE plain (n int, \"out\" %s)".formatted(to));
      statement.execute("CREATE TEMP TABLE guarded (n int, \"out\" %s)".formatted(to));
      StringBuilder rows = new StringBuilder("INSERT INTO pg_temp.source VALUES ");
      for (int n = 0; n < tried.values().size(); n++) {
        rows.append(n == 0 ? "" : ", ")
            .append(
                "(%d, %s)"
                    .formatted(n, tried.values().get(n).map(SqlLiteral::quote).orElse("NULL")));
      }
      statement.execute(rows.toString());
      move(statement, "plain", tried.cast().toCopy("\"in\""));
      // All of them in one query, which must not fail for any.
      String masks = marks.isEmpty() ? "0::bigint" : marks.masksSql().getFirst();
      statement.execute("DROP TABLE IF EXISTS pg_temp.reading");
      statement.execute(
          "CREATE TEMP TABLE reading AS SELECT n, %s AS mask, %s AS copied, %s::text AS compared, \"in\"::text AS text FROM pg_temp.source"
              .formatted(masks, column.copySql(), column.compareSql()));
      statement.execute(
          "DO $do$ DECLARE r record; BEGIN FOR r IN SELECT n, copied FROM pg_temp.reading LOOP"
              + " BEGIN INSERT INTO pg_temp.guarded VALUES (r.n, r.copied); EXCEPTION WHEN others"
              + " THEN NULL; END; END LOOP; END $do$");
      List<Row> found = new ArrayList<>();
      try (ResultSet row =
          statement.executeQuery(
              """
              SELECT coalesce(r.text, 'NULL'), r.mask,
                coalesce(r.compared, 'NULL'),
                CASE WHEN g.n IS NULL THEN 'refused' ELSE coalesce(g."out"::text, 'NULL') END,
                p.n IS NOT NULL, coalesce(p."out"::text, 'NULL')
              FROM pg_temp.reading r LEFT JOIN pg_temp.plain p USING (n)
                LEFT JOIN pg_temp.guarded g ON g.n = r.n ORDER BY r.n
              """)) {
        while (row.next()) {
          long mask = row.getLong(2);
          found.add(
              new Row(
                  row.getString(1),
                  marks.isEmpty() ? List.of() : marks.decode(mask),
                  row.getString(3),
                  row.getString(4),
                  row.getBoolean(5),
                  row.getString(6)));
        }
      }
      return found;
    }
  }

  /** Row by row into a real column, those that it refuses left out. */
  private static void move(Statement statement, String into, String value) throws SQLException {
    statement.execute(
        "DO $do$ DECLARE i int; BEGIN FOR i IN SELECT n FROM pg_temp.source LOOP BEGIN INSERT INTO pg_temp.%s SELECT n, %s FROM pg_temp.source WHERE n = i; EXCEPTION WHEN others THEN NULL; END; END LOOP; END $do$"
            .formatted(into, value));
  }
}
