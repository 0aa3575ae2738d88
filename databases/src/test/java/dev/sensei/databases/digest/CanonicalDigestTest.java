package dev.sensei.databases.digest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.databases.TableName;
import dev.sensei.databases.TwoDatabases;
import dev.sensei.databases.copy.ChunkBounds;
import dev.sensei.databases.copy.ChunkPlanSettings;
import dev.sensei.databases.copy.ChunkPlanner;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CanonicalDigestTest {
  private static final TableName TABLE = new TableName("public", "t");
  private static final List<String> COLUMNS =
      List.of("id", "ts", "dt", "iv", "f", "b", "j", "m", "x", "arr", "reg", "n");
  private static final DigestSubject SUBJECT = DigestSubject.ofColumns(TABLE, COLUMNS);
  private static final String DDL =
      "CREATE TABLE t (id int, ts timestamptz, dt date, iv interval, f double precision, b bytea,"
          + " j jsonb, m money, x xml, arr text[], reg regclass, n numeric)";
  private static final String ROWS =
      "SELECT g, timestamptz '2024-03-31 00:00Z' + g * interval '7 min', date '1999-12-31' + g, g *"
          + " interval '1 day 3 hours', g / 3.0::float8, sha256(g::text::bytea),"
          + " jsonb_build_object('b', g, 'a', NULL), g::money, ('<a>' || g || '</a>')::xml,"
          + " ARRAY['a,b', '\"', NULL], 'public.t'::regclass, g / 7.0 FROM generate_series(1, 5000)"
          + " g";

  private final SecureRandom random = new SecureRandom();
  private TwoDatabases databases;

  @BeforeEach
  void makeTables() throws SQLException {
    databases = TwoDatabases.fresh();
    databases.onBoth(DDL);
    databases.onSource("INSERT INTO t " + ROWS + " ORDER BY 1");
    databases.onTarget("INSERT INTO t " + ROWS + " ORDER BY 1 DESC");
  }

  static List<DigestMethod> methods() {
    return List.of(
        DigestMethod.SHA_256, new DigestMethod.Salted("abcdefghijkl", "0123456789abcdef"));
  }

  private static ContentDigest of(Connection session, DigestMethod method, DigestSubject subject) {
    CanonicalSession.pin(session);
    return new CanonicalDigest(method).compute(session, subject);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void theSameRowsInAnotherOrderUnderOtherSettingsHaveTheSameDigest(DigestMethod method)
      throws SQLException {
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      TwoDatabases.run(
          target,
          "SET DateStyle = 'ISO, DMY'",
          "SET TimeZone = 'Asia/Kathmandu'",
          "SET IntervalStyle = 'iso_8601'",
          "SET extra_float_digits = -5",
          "SET bytea_output = 'escape'",
          "SET quote_all_identifiers = on",
          "SET search_path = public");
      ContentDigest digest = of(source, method, SUBJECT);
      assertThat(digest.rows()).isEqualTo(5000);
      assertThat(of(target, method, SUBJECT)).isEqualTo(digest);
      assertThat(ContentDigest.parse(digest.text())).isEqualTo(digest);
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void rangesAddUpToTheTable(DigestMethod method) throws SQLException {
    try (Connection source = databases.source()) {
      ContentDigest sum = ContentDigest.EMPTY;
      List<ChunkBounds> ranges =
          ChunkPlanner.plan(source, TABLE, new ChunkPlanSettings(700, 0, 1 << 30, 100)).chunks();
      assertThat(ranges).hasSizeGreaterThan(3);
      for (ChunkBounds range : ranges) {
        sum = sum.plus(of(source, method, SUBJECT.within(range)));
      }
      assertThat(sum).isEqualTo(of(source, method, SUBJECT));
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void everySmallChangeChangesIt(DigestMethod method) throws SQLException {
    try (Connection target = databases.target()) {
      ContentDigest before = of(target, method, SUBJECT);
      for (String change :
          List.of(
              "UPDATE public.t SET f = f + 1e-12 WHERE id = 5",
              "UPDATE public.t SET arr = ARRAY['a', 'b', '\"', NULL] WHERE id = 5",
              "UPDATE public.t SET x = NULL WHERE id = 5",
              "UPDATE public.t SET id = 4999 WHERE id = 5000",
              "DELETE FROM public.t WHERE id = 5",
              "INSERT INTO public.t SELECT * FROM public.t WHERE id = 5",
              "INSERT INTO public.t SELECT * FROM public.t")) {
        target.setAutoCommit(false);
        TwoDatabases.run(target, change);
        assertThat(of(target, method, SUBJECT)).as(change).isNotEqualTo(before);
        target.rollback();
        target.setAutoCommit(true);
      }
    }
  }

  @Test
  void serversThatHashAlikeGetNewSaltsEachTime() throws SQLException {
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      DigestMethod first = DigestMethod.fastest(source, target, random);
      DigestMethod second = DigestMethod.fastest(source, target, random);
      assertThat(first).isInstanceOf(DigestMethod.Salted.class).isNotEqualTo(second);
      assertThat(of(source, first, SUBJECT))
          .isEqualTo(of(target, first, SUBJECT))
          .isNotEqualTo(of(source, second, SUBJECT));
    }
  }

  /** Texts that were searched for since they collide at one place in a block fit one salt only. */
  @Test
  void saltsPutTextsIntoDifferentPlacesOfTheHashsBlocks() {
    assertThatThrownBy(() -> new DigestMethod.Salted("abcdefghijkl", "mnopqrstuvwx"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("different lengths");
    Set<Integer> places = new HashSet<>();
    for (int i = 0; i < 2_000; i++) {
      DigestMethod.Salted drawn = DigestMethod.Salted.drawn(random);
      places.add(drawn.salt1().length() % 12 * 12 + drawn.salt2().length() % 12);
    }
    assertThat(places).hasSize(12 * 11);
  }

  /** The bytes of an umlaut differ, and so would their hash. */
  @Test
  void serversOfOtherEncodingsAreComparedBySha256() throws SQLException {
    String name = "latin1_" + System.nanoTime();
    databases.onSource(
        "CREATE DATABASE %s TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'"
            .formatted(name));
    String text =
        "CREATE TABLE words AS SELECT 'Z\u00fcrich ' || n AS word FROM generate_series(1, 9) n";
    databases.onTarget(text);
    DigestSubject words =
        DigestSubject.ofColumns(new TableName("public", "words"), List.of("word"));
    try (Connection latin = databases.sourceEndpoint().withDatabase(name).connect();
        Connection utf8 = databases.target()) {
      TwoDatabases.run(latin, text);
      DigestMethod method = DigestMethod.fastest(latin, utf8, random);
      assertThat(method).isEqualTo(DigestMethod.SHA_256);
      assertThat(of(latin, method, words)).isEqualTo(of(utf8, method, words));
      DigestMethod salted = methods().getLast();
      assertThat(of(latin, salted, words)).isNotEqualTo(of(utf8, salted, words));
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void anyoneCanComputeItAgainFromTheQueryAndThePins(DigestMethod method) throws SQLException {
    String sql = new CanonicalDigest(method).sqlFor(SUBJECT);
    try (Connection source = databases.source();
        Connection other = databases.source()) {
      TwoDatabases.run(other, CanonicalSession.PINS.toArray(String[]::new));
      assertThat(
              TwoDatabases.ask(
                  other, "SELECT rows || ':' || lane1 || ':' || lane2 FROM (" + sql + ") d"))
          .isEqualTo(of(source, method, SUBJECT).text());
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void theServerMayUseItsParallelWorkers(DigestMethod method) throws SQLException {
    try (Connection source = databases.source()) {
      CanonicalSession.pin(source);
      TwoDatabases.run(
          source,
          "SET parallel_setup_cost = 0",
          "SET parallel_tuple_cost = 0",
          "SET min_parallel_table_scan_size = 0");
      String plan =
          TwoDatabases.ask(
              source, "EXPLAIN (FORMAT json) " + new CanonicalDigest(method).sqlFor(SUBJECT));
      assertThat(plan).contains("Gather").contains("Partial");
    }
  }
}
