package dev.sensei.databases.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.databases.TestServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RowMarksTest {
  private static final ColumnRule NOT_NULL =
      new ColumnRule(new ValueRule.NotNull(), new Remedy.SetAside(), ColumnRule.Origin.TARGET);

  @Test
  void moreThan63MarksTakeSeveralMasks() throws SQLException {
    RowMarks marks =
        RowMarks.of(
            IntStream.range(0, 130)
                .mapToObj(
                    at ->
                        GuardedColumn.of(
                            "c" + at,
                            at % 62 == 0 ? "NULL::int" : "1",
                            TypeCast.of("integer", "integer"),
                            List.of(NOT_NULL)))
                .toList());
    assertThat(marks.masksSql()).hasSize(3);
    try (Connection connection = TestServer.connect(TestServer.bundled().newDatabase());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT " + String.join(", ", marks.masksSql()))) {
      row.next();
      assertThat(marks.decode(row.getLong(1), row.getLong(2), row.getLong(3)))
          .extracting(Mark::column)
          .containsExactly("c0", "c62", "c124");
    }
    assertThatThrownBy(() -> marks.decode(1)).hasMessageContaining("found 1 masks");
    assertThatThrownBy(() -> marks.decode(0, 0, 1L << 5)).hasMessageContaining("found bit 131");
  }

  @Test
  void aRuleThatDoesNotGoWithAColumnIsRefusedWithAReason() {
    assertThat(refusal(new ValueRule.MaxLength(3), new Remedy.SetAside(), "integer"))
        .hasValueSatisfying(reason -> assertThat(reason).contains("needs a column of text"));
    assertThat(refusal(new ValueRule.MaxLength(3), new Remedy.Clamp(), "text")).isPresent();
    assertThat(refusal(new ValueRule.MaxLength(3), new Remedy.Truncate(), "text[]")).isPresent();
    assertThat(refusal(new ValueRule.Pattern("a+"), new Remedy.SetAside(), "date")).isPresent();
    assertThat(refusal(new ValueRule.Pattern("(?x)a"), new Remedy.SetAside(), "text")).isPresent();
    assertThat(refusal(new ValueRule.Pattern("(?i)a"), new Remedy.SetAside(), "text")).isEmpty();
    assertThat(refusal(range("x", "2"), new Remedy.Clamp(), "integer")).isPresent();
    assertThat(refusal(range("1.5", "2"), new Remedy.Clamp(), "integer")).isPresent();
    assertThat(refusal(range("3", "2"), new Remedy.Clamp(), "numeric")).isPresent();
    assertThat(refusal(range("1", "2"), new Remedy.Clamp(), "numeric")).isEmpty();
    assertThat(
            RuleFit.refusal(
                List.of(
                    NOT_NULL,
                    new ColumnRule(
                        range("1", "2"), new Remedy.SetNull(), ColumnRule.Origin.PERSON)),
                TypeCast.of("integer", "integer")))
        .hasValueSatisfying(reason -> assertThat(reason).contains("takes no nulls"));
  }

  private static ValueRule.Range range(String least, String most) {
    return new ValueRule.Range(Optional.of(least), Optional.of(most));
  }

  private static Optional<String> refusal(ValueRule rule, Remedy remedy, String type) {
    return RuleFit.refusal(
        new ColumnRule(rule, remedy, ColumnRule.Origin.PERSON), TypeCast.of(type, type));
  }
}
