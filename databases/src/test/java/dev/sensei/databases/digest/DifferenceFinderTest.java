package dev.sensei.databases.digest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.databases.TableName;
import dev.sensei.databases.TwoDatabases;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DifferenceFinderTest {
  private static final byte[] KEY = "a secret of the test".getBytes(StandardCharsets.UTF_8);
  private static final DigestSubject CONTENT =
      DigestSubject.ofColumns(new TableName("public", "t"), List.of("id", "name"));
  private static final DifferenceSubject KEYED = new DifferenceSubject(CONTENT, List.of("\"id\""));
  private static final DifferenceSubject KEYLESS = new DifferenceSubject(CONTENT, List.of());

  private TwoDatabases databases;

  @BeforeEach
  void makeTables() throws SQLException {
    databases = TwoDatabases.fresh();
    databases.onBoth(
        "CREATE TABLE t (id int, name text)",
        "INSERT INTO t SELECT g, 'row ' || g FROM generate_series(1, 20000) g");
  }

  private Differences find(DifferenceSubject subject, DifferenceSettings settings)
      throws SQLException {
    try (Connection source = databases.source();
        Connection target = databases.target()) {
      CanonicalSession.pin(source);
      CanonicalSession.pin(target);
      return new DifferenceFinder(settings, KEY).find(source, subject, target, subject);
    }
  }

  private static Map<DifferenceKind, Long> byKind(Differences differences) {
    return differences.rows().stream()
        .collect(Collectors.groupingBy(RowDifference::kind, Collectors.counting()));
  }

  @ParameterizedTest
  @CsvSource({"10, 50000", "4, 100", "2, 1"})
  void everyKindIsFoundHoweverTheSearchIsCut(int bits, long fetch) throws SQLException {
    databases.onTarget(
        "DELETE FROM t WHERE id IN (17, 4711)",
        "UPDATE t SET name = 'canary4711' WHERE id IN (5, 6, 7)",
        "INSERT INTO t VALUES (30000, 'new')");
    Differences found = find(KEYED, new DifferenceSettings(bits, 64, fetch, 100));
    assertThat(found.complete()).isTrue();
    assertThat(byKind(found))
        .isEqualTo(
            Map.of(
                DifferenceKind.MISSING, 2L,
                DifferenceKind.CHANGED, 3L,
                DifferenceKind.UNEXPECTED, 1L));
    assertThat(found.toString()).doesNotContain("canary").doesNotContain("4711,");
    assertThat(found.rows()).extracting(RowDifference::keyHmac).doesNotHaveDuplicates();
  }

  @Test
  void equalTablesHaveNoDifference() throws SQLException {
    assertThat(find(KEYED, DifferenceSettings.DEFAULT)).isEqualTo(new Differences(List.of(), true));
    assertThat(find(KEYLESS, DifferenceSettings.DEFAULT))
        .isEqualTo(new Differences(List.of(), true));
  }

  @Test
  void aTableWithoutAKeyIsComparedAsAMultiset() throws SQLException {
    databases.onSource("INSERT INTO t SELECT 1, 'row 1' FROM generate_series(1, 3)");
    databases.onTarget("UPDATE t SET name = 'other' WHERE id = 9");
    Differences found = find(KEYLESS, DifferenceSettings.DEFAULT);
    assertThat(found.complete()).isTrue();
    assertThat(byKind(found))
        .isEqualTo(Map.of(DifferenceKind.MISSING, 4L, DifferenceKind.UNEXPECTED, 1L));
  }

  @Test
  void tooManyDifferencesAreCutOffAndSaidToBe() throws SQLException {
    databases.onTarget("UPDATE t SET name = 'other' WHERE id % 2 = 0");
    Differences found = find(KEYED, DifferenceSettings.DEFAULT);
    assertThat(found.complete()).isFalse();
    assertThat(found.rows()).hasSize(DifferenceSettings.DEFAULT.maxRows());
  }
}
