package dev.sensei.databases.failpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FailpointsPageTest {
  private static final Path PAGE = Path.of("..", "docs", "failpoints.md");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z-]+)` \\| (.+) \\|$");

  @Test
  void everyFailpointIsOnThePageWithItsPlaceAndNoOtherIs() throws IOException {
    String list = Files.readString(PAGE).split("\\| name \\| where \\|", 2)[1];
    assertThat(ROW.matcher(list).results().map(row -> row.group(1) + ": " + row.group(2)))
        .containsExactlyElementsOf(
            Stream.of(Failpoint.values())
                .map(point -> point.label() + ": " + point.place())
                .toList());
  }
}
