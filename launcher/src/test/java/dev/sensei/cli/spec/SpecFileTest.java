package dev.sensei.cli.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.common.Milestone;
import dev.sensei.schemas.common.RowHash;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SpecFileTest {
  @Test
  void everyKeyIsRead() throws SpecException {
    MigrationSpec spec =
        SpecFile.parse(
            "m.yaml",
            """
            source:
              type: postgresql
              host: source-db.example.com
              port: 5433
              database: production
              user: reader
              credentials: env://SOURCE_SECRET
              ssl: required
            target: {type: postgresql, host: t, database: d, user: u}
            tables:
              include: [public.*]
              exclude: ["public.\\"Odd Name\\"", audit.log]
            options:
              chunkRows: 50_000
              chunkMegabytes: 16
              chunkTime: 250ms
              batchRows: 5000
              existingRows: truncate
              rowHash: sha256
              maxTaskAttempts: 7
              tablesInFlight: 2
              chunksInFlight: 3
              taskTimeout: 2m
            approval:
              autoApproveAbove: 0.97
              reviewAbove: 0.5
              milestones: [before_execution, before_validation]
              separateApprover: true
            """);

    assertThat(spec.source().orElseThrow().toString())
        .isEqualTo(
            "postgresql://reader@source-db.example.com:5433/production"
                + "?sslmode=require&passwordref=env%3A%2F%2FSOURCE_SECRET");
    assertThat(spec.target().orElseThrow().toString()).isEqualTo("postgresql://u@t:5432/d");
    assertThat(spec.tables())
        .isEqualTo(
            new MigrationSpec.Tables(
                List.of("public.*"), List.of("public.\"Odd Name\"", "audit.log")));
    assertThat(spec.options())
        .isEqualTo(
            new MigrationSpec.Tuning(
                50_000,
                16 << 20,
                Duration.ofMillis(250),
                5_000,
                ExistingRows.TRUNCATE,
                RowHash.SHA_256,
                7,
                2,
                3,
                Duration.ofMinutes(2)));
    assertThat(spec.approval())
        .isEqualTo(
            new MigrationSpec.Approval(
                0.97, 0.5, List.of(Milestone.BEFORE_EXECUTION, Milestone.BEFORE_VALIDATION), true));
    assertThat(spec.toContract().getTaskTimeoutMillis()).isEqualTo(120_000);
  }

  @Test
  void whatIsLeftOutHasItsDefault() throws SpecException {
    assertThat(SpecFile.parse("m.yaml", "options: {}")).isEqualTo(MigrationSpec.DEFAULTS);
    assertThat(SpecFile.parse("m.yaml", "options: {chunkRows: 10}").options().batchRows())
        .isEqualTo(10);
    assertThat(SpecFile.parse("m.yaml", "options: {chunkRows: 10}").options().chunkBytes())
        .as("who says how many rows gets as many")
        .isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "option: {}|m.yaml:1:1: unknown key \"option\" in the spec; allowed: source, target",
        "options: {chunkrows: 1}|m.yaml:1:11: unknown key \"chunkrows\" in options (did you mean"
            + " chunkRows?)",
        "options: {chunkRows: many}|m.yaml:1:22: options.chunkRows has to be an integer from 1 to"
            + " 100,000,000, found a text",
        "options: {chunkRows: '5'}|m.yaml:1:22: options.chunkRows has to be an integer",
        "options: {chunkRows: 0}|found 0",
        "options: {chunkRows: 5.5}|found a number",
        "options: {chunkRows: 99999999999999999999}|options.chunkRows has to be an integer",
        "options: {chunkRows: 5, batchRows: 6}|m.yaml:1:36: options.batchRows has to be at most"
            + " options.chunkRows (5), found 6",
        "options: {existingRows: keep}|one of refuse, truncate, append, found \"keep\"",
        "options: {taskTimeout: 30}|a duration such as 500ms, 30s",
        "options: {taskTimeout: 25h}|from 1s to 86400s, found 25h",
        "options: [a]|options has to be a mapping of chunkRows",
        "options:|options has to be a mapping of chunkRows",
        "options: {chunkRows: 1, chunkRows: 2}|chunkRows stands twice",
        "approval: {autoApproveAbove: 1.5}|a number from 0 to 1, found 1.5",
        "approval: {autoApproveAbove: .nan}|a number from 0 to 1",
        "approval: {autoApproveAbove: 0.5, reviewAbove: 0.6}|at most approval.autoApproveAbove"
            + " (0.5), found 0.6",
        "approval: {separateApprover: maybe}|true or false, found a text",
        "approval: {milestones: before_execution}|a list, each one of before_execution,"
            + " before_validation, found a text",
        "approval: {milestones: [at_lunch]}|m.yaml:1:25: approval.milestones has to be one of"
            + " before_execution",
        "tables: {include: [orders]}|a pattern schema.table, with * as wildcard, found \"orders\"",
        "source: {type: postgresql}|source.user is missing",
        "source: {type: mysql}|MySQL and MariaDB are not built yet",
        "source: {type: postgresql, user: u, host: h, database: d, port: 70000}|found 70000",
        "source: {type: postgresql, user: u, host: h, database: d, ssl: yes}|source.ssl has to be"
            + " one of required",
        "source: {type: postgresql, user: u, host: h, database: d, credentials:"
            + " 'vault://x'}|vault:// is not built yet",
        "'a: b: c'|m.yaml:1:5: no valid YAML",
        "options: {a|m.yaml:1:12: no valid YAML",
        "'&a [*a]'|no valid YAML, or nested too deep",
        "''|the spec is empty"
      })
  void whatIsWrongIsNamedWithItsPlace(String yaml, String expected) {
    assertThatThrownBy(() -> SpecFile.parse("m.yaml", yaml))
        .isInstanceOf(SpecException.class)
        .hasMessageContaining(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "5, 5, integer",
    "-2147483649, -2147483649, bigint",
    "9223372036854775808, 9223372036854775808, numeric",
    "1e3, 1e3, numeric",
    ".5, .5, numeric",
    "1.50, 1.50, numeric",
    "true, true, boolean",
    "web, web, text",
    "'\"00123\"', 00123, text",
    "'00123, type: varchar(5)', 00123, varchar(5)",
    "'NO, type: text', NO, text",
    "'010, type: integer', 010, integer",
    "'12:30, type: time', 12:30, time",
    "'2024-01-01, type: date', 2024-01-01, date",
  })
  void aConstantIsWhatIsWritten(String written, String text, String type) throws SpecException {
    assertThat(
            SpecFile.parse(
                    "m.yaml", "mappings: {a.b: {add: {c: {constant: %s}}}}".formatted(written))
                .mappings()
                .getFirst()
                .added())
        .containsExactly(
            new TableSpec.AddedSpec(
                "c", new TableSpec.Value.Constant(text), Optional.of(type), false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"NO", "00123", "1e3", "12:30", "2024-01-01", "1.50"})
  void aDefaultIsWhatIsWritten(String written) throws SpecException {
    String yaml =
        "rules: {a.b: {c: {not_null: {remedy: default, default: %s}}}}".formatted(written);
    assertThat(SpecFile.parse("m.yaml", yaml).rows().rules().getFirst().getDefaultValue())
        .isEqualTo(written);
  }

  @Test
  void aTableStandsOnceInASectionHoweverItIsQuoted() {
    for (String section :
        List.of(
            "mappings: {a.b: {target: a.c}, '\"a\".\"b\"': {target: a.d}}",
            "rules: {a.b: {c: unique}, '\"a\".\"b\"': {c: not_null}}")) {
      assertThatThrownBy(() -> SpecFile.parse("m.yaml", section))
          .isInstanceOf(SpecException.class)
          .hasMessageContaining("a.b stands twice in ");
    }
  }

  @Test
  void aPasswordIsRefusedAndNeverRepeated() {
    for (String line : List.of("password: s3cret", "credentials: s3cret")) {
      assertThatThrownBy(
              () ->
                  SpecFile.parse(
                      "m.yaml",
                      "source:\n  type: postgresql\n  user: u\n  host: h\n  database: d\n  "
                          + line))
          .isInstanceOf(SpecException.class)
          .hasMessageContaining("env://NAME")
          .hasMessageContaining("m.yaml:6:")
          .hasMessageNotContaining("s3cret");
    }
  }

  @Test
  void anEmptyFileIsNamed() {
    assertThatThrownBy(() -> SpecFile.parse("m.yaml", ""))
        .isInstanceOf(SpecException.class)
        .hasMessageContaining("the spec is empty");
  }
}
