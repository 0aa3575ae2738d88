package dev.sensei.databases.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.databases.catalog.ColumnCompatibility.Level;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnCompatibilityTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "integer | integer | IDENTICAL | false",
        "smallint | bigint | WIDENING | true",
        "integer | numeric(12,2) | WIDENING | true",
        "integer | numeric(11,2) | NARROWING | true",
        "bigint | double precision | NARROWING | true",
        "integer | double precision | WIDENING | true",
        "numeric(10,2) | numeric(12,2) | WIDENING | false",
        "numeric(10,2) | numeric(11,4) | NARROWING | true",
        "numeric | numeric(10,2) | NARROWING | true",
        "numeric(10,2) | numeric | WIDENING | false",
        "real | double precision | WIDENING | true",
        "character varying(20) | text | WIDENING | false",
        "character varying(20) | character varying(40) | WIDENING | false",
        "character varying(20) | character varying(10) | NARROWING | true",
        "character varying | character varying(10) | NARROWING | true",
        "character(5) | text | WIDENING | true",
        "text | character(5) | NARROWING | true",
        "character varying(20)[] | text[] | WIDENING | false",
        "integer[] | integer | INCOMPATIBLE | true",
        "integer[] | text | WIDENING | true",
        "timestamp(3) without time zone | timestamp without time zone | WIDENING | false",
        "timestamp without time zone | timestamp with time zone | NARROWING | true",
        "date | timestamp without time zone | WIDENING | true",
        "timestamp without time zone | date | NARROWING | true",
        "jsonb | json | WIDENING | true",
        "json | jsonb | NARROWING | true",
        "public.mood | text | WIDENING | true",
        "text | public.mood | NARROWING | true",
        "uuid | integer | INCOMPATIBLE | true",
        "bytea | text | WIDENING | true",
        "bit(4) | bit varying(9) | WIDENING | true",
      })
  void typesFitAsPostgresqlConvertsThem(String source, String target, Level level, boolean cast) {
    ColumnCompatibility found =
        ColumnCompatibility.of(column("a", source, false), column("a", target, false));

    assertThat(found.level()).isEqualTo(level);
    assertThat(found.cast()).isEqualTo(cast ? Optional.of(target) : Optional.empty());
  }

  @Test
  void nameAndTypeThatAgreeGiveFullConfidence() {
    Column column = column("total", "numeric(10,2)", true);

    assertThat(ColumnCompatibility.of(column, column))
        .isEqualTo(new ColumnCompatibility(Level.IDENTICAL, 1, "", Optional.empty()));
  }

  @Test
  void anotherNameLowersTheConfidence() {
    ColumnCompatibility found =
        ColumnCompatibility.of(column("total", "text", false), column("sum", "text", false));

    assertThat(found.level()).isEqualTo(Level.IDENTICAL);
    assertThat(found.confidence()).isLessThan(0.8);
    assertThat(found.reason()).contains("names differ");
  }

  @Test
  void aTargetThatTakesNoNullsIsNarrower() {
    ColumnCompatibility found =
        ColumnCompatibility.of(column("a", "text", false), column("a", "text", true));

    assertThat(found.level()).isEqualTo(Level.NARROWING);
    assertThat(found.reason()).contains("no nulls");
    assertThat(found.cast()).isEmpty();
  }

  static Column column(String name, String type, boolean required) {
    return new Column(
        name,
        1,
        type,
        0,
        0,
        true,
        required
            ? Optional.of(new NotNull(Optional.empty(), true, false, true, Optional.empty()))
            : Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty());
  }
}
