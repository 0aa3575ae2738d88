package dev.sensei.databases.errors;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CopyLineTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "COPY person, line 5001|5001",
        "COPY person, line 5001, column age: \"77\"|5001",
        "COPY t2, line 7: \"8\"|7",
        "COPY person, Zeile 12|12",
        "COPY person, 行 12|12",
        "COPY person, строка 12, столбец age|12",
        "`PL/pgSQL function f() line 3 at RAISE\nCOPY t, line 5`|5",
        "COPY person|0",
        "COPY person, line 9999999999999999999999|999999999999999999",
        "SQL statement \"COPY t, line 4\"|0",
        "PL/pgSQL function f() line 3 at RAISE|0"
      })
  void theNumberIsTakenInAnyLanguageAndNothingElse(String context, long line) {
    assertThat(CopyLine.in(context.replace("\\n", "\n"))).isEqualTo(line);
  }
}
