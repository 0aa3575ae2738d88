package dev.sensei.orchestrator.projection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.orchestrator.fold.LifecycleState;
import dev.sensei.orchestrator.fold.TableRunState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StatesPageTest {
  private static final Path PAGE = Path.of("..", "docs", "states.md");

  @Test
  void everyTableRunStateIsOnThePageWithItsNumber() throws IOException {
    List<String> onPage = rows("(?m)^\\| (\\d+) \\| (\\w+) \\|", "$1 $2");
    assertThat(onPage)
        .containsExactlyElementsOf(
            Stream.of(TableRunState.values())
                .filter(state -> state != TableRunState.UNKNOWN)
                .sorted(Comparator.comparingInt(StateId::of))
                .map(state -> StateId.of(state) + " " + StateId.name(state))
                .toList());
  }

  @Test
  void everyLifecycleStateIsOnThePage() throws IOException {
    assertThat(rows("(?m)^\\| ([a-z_]+) \\|", "$1"))
        .containsAll(
            Stream.of(LifecycleState.values())
                .filter(state -> state != LifecycleState.UNKNOWN)
                .map(StateId::name)
                .toList());
  }

  private static List<String> rows(String pattern, String shown) throws IOException {
    return Pattern.compile(pattern)
        .matcher(Files.readString(PAGE))
        .results()
        .map(row -> Pattern.compile(pattern).matcher(row.group()).replaceAll(shown))
        .toList();
  }
}
