package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnCompatibilityTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "integer | bigint",
        "smallint | integer",
        "bigint | numeric",
        "integer | numeric(12,2)",
        "numeric(10,2) | numeric(12,4)",
        "real | double precision",
        "integer | double precision",
        "character varying(20) | character varying(40)",
        "character varying(20) | text",
        "character(3) | text",
        "timestamp(3) without time zone | timestamp without time zone",
        "date | timestamp without time zone",
        "json | jsonb",
        "uuid | text",
        "integer[] | bigint[]",
        "cidr | inet"
      })
  void aTypeThatHoldsEveryValueIsFlaggedOnly(String source, String target) {
    assertThat(ColumnCompatibility.of(source, target).confidence()).isBetween(0.80, 0.95);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bigint | integer",
        "numeric | numeric(10,2)",
        "numeric(12,4) | numeric(12,2)",
        "numeric(12,2) | numeric(12,4)",
        "bigint | double precision",
        "double precision | real",
        "text | character varying(20)",
        "character varying(40) | character varying(20)",
        "text | integer",
        "timestamp with time zone | timestamp without time zone",
        "timestamp without time zone | date",
        "timestamp without time zone | timestamp(0) without time zone"
      })
  void aTypeThatMayLoseValuesNeedsAPerson(String source, String target) {
    ColumnCompatibility fit = ColumnCompatibility.of(source, target);
    assertThat(fit.confidence()).isLessThan(0.80);
    assertThat(fit.copyable()).isTrue();
    assertThat(fit.note()).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"bytea | integer", "integer | integer[]", "boolean | date", "jsonb | bytea"})
  void typesWithoutACastAreNotCopied(String source, String target) {
    assertThat(ColumnCompatibility.of(source, target).copyable()).isFalse();
  }

  @Test
  void equalTypesNeedNoLook() {
    assertThat(ColumnCompatibility.of("public.\"Mood\"", "public.\"Mood\""))
        .isEqualTo(ColumnCompatibility.IDENTICAL);
  }
}
