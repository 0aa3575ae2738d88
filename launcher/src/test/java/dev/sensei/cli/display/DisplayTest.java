package dev.sensei.cli.display;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.cli.Screen;
import dev.sensei.cli.display.MigrationView.Condition;
import dev.sensei.cli.display.MigrationView.Phase;
import dev.sensei.cli.display.MigrationView.TableProgress;
import dev.sensei.cli.display.MigrationView.TableState;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class DisplayTest {
  private final AtomicLong nanos = new AtomicLong(1_000);
  private final StringWriter written = new StringWriter();

  @Test
  void noLineIsEverWiderThanTheTerminal() {
    for (boolean unicode : new boolean[] {true, false}) {
      for (int width = 0; width <= 200; width++) {
        ProgressFrame frame = new ProgressFrame(unicode, false, 0);
        for (int second = 0; second < 3; second++) {
          frame.record(second * 1_000_000_000L, moving(second * 10_000L));
        }
        List<String> lines = frame.lines(3_000_000_000L, moving(20_000), width, 24);
        int most = width;
        assertThat(lines)
            .allSatisfy(line -> assertThat(ProgressFrame.columns(line)).isLessThanOrEqualTo(most));
      }
    }
  }

  @Test
  void aWideTerminalShowsPhasesBarsRatesAndTheSum() {
    ProgressFrame frame = new ProgressFrame(false, false, 0);
    frame.record(0, moving(0));
    frame.record(1_000_000_000L, moving(10_000));

    List<String> lines = frame.lines(2_000_000_000L, moving(10_000), 120, 24);

    assertThat(lines.get(0)).isEqualTo("x analyze  x plan  x approve  > move  - validate  0:02");
    assertThat(lines.get(1))
        .startsWith("public.orders ")
        .contains("###", " 25%", "10,000 rows/s", "1.0 MB/s", "0:03 left");
    assertThat(lines.get(2)).contains("building indexes");
    assertThat(lines.getLast()).startsWith("1 of 4 tables, 30,000 rows, ");
  }

  @Test
  void theTerminalIsRedrawnTenTimesASecondAtMost() {
    int[] draws = {0};
    Screen screen = new Screen(() -> 80, () -> 24, true, true);
    PrintWriter counting =
        new PrintWriter(written) {
          @Override
          public void flush() {
            draws[0]++;
            super.flush();
          }
        };
    try (ProgressDisplay display = ProgressDisplay.of(Optional.of(screen), counting, nanos::get)) {
      for (int milli = 0; milli < 1_000; milli++) {
        nanos.addAndGet(1_000_000);
        display.show(moving(milli));
      }
      assertThat(draws[0]).isBetween(8, 11);
    }
  }

  @Test
  void withoutATerminalThereAreFewPlainLines() {
    try (ProgressDisplay display =
        ProgressDisplay.of(Optional.empty(), new PrintWriter(written), nanos::get)) {
      for (int milli = 0; milli < 10_000; milli++) {
        nanos.addAndGet(1_000_000);
        display.show(moving(milli));
      }
    }
    assertThat(written.toString()).doesNotContain("\u001b").doesNotContain("\r");
    assertThat(written.toString().lines().count()).isBetween(5L, 10L);
    assertThat(written.toString()).contains("m-1: running", "public.countries: done", "rows/s");
  }

  @Test
  void namesCannotSteerTheTerminal() {
    ProgressFrame frame = new ProgressFrame(true, false, 0);
    MigrationView view =
        new MigrationView(
            "m-1",
            "running",
            Phase.MOVE,
            Condition.WORKING,
            Optional.empty(),
            List.of(new TableProgress("evil\u001b[2J", TableState.COPYING, 1, 2, 3)));

    assertThat(String.join("", frame.lines(0, view, 80, 24))).doesNotContain("\u001b");
  }

  @Test
  void theSummarySaysWhatMovedAndHowToCheckIt() {
    assertThat(String.join("\n", Summary.lines(certified(), "")))
        .contains(
            "Certified: everything in scope",
            "23 tables, 1,000,000 rows, 96.0 MB in 4.0 s (250,000 rows/s, 24.0 MB/s)",
            "behavioral: not built",
            "./sensei verify 'my file.jws' --key key.pem");
  }

  @Test
  void whatIsNextAfterAFailureFollowsFromWhatIsInTheTarget() {
    assertThat(String.join("\n", Summary.lines(failed(false, "42501"), "")))
        .contains(
            "Nothing was changed in the target. Once that is mended, the same command again tries"
                + " anew.")
        .doesNotContain("rollback", "accept");
    assertThat(String.join("\n", Summary.lines(failed(true, "42501"), " --data-dir /else")))
        .contains("goes on from the last checkpoint", "./sensei rollback m-1 --data-dir /else")
        .doesNotContain("Nothing was changed", "accept");
    assertThat(
            String.join(
                "\n", Summary.lines(failed(true, ResultDocument.EXCEPTIONS_NOT_ACCEPTED), "")))
        .contains("./sensei accept m-1", "./sensei rollback m-1")
        .doesNotContain("last checkpoint");
  }

  @Test
  void theDocumentHasEveryMemberInItsOrder() {
    String json = certified().toJson();
    int at = -1;
    for (String member :
        List.of(
            "migrationId",
            "state",
            "verdict",
            "certificate",
            "publicKey",
            "source",
            "target",
            "tables",
            "rows",
            "bytes",
            "targetTouched",
            "seconds",
            "deviations",
            "notChecked",
            "errors")) {
      int found = json.indexOf("\"" + member + "\"");
      assertThat(found).as(member).isGreaterThan(at);
      at = found;
    }
    assertThat(ResultDocument.failed(new ResultDocument.ResultError("USAGE", "no", "")).toJson())
        .contains("\"verdict\" : null", "\"code\" : \"USAGE\"");
  }

  @Test
  void amountsReadWell() {
    assertThat(Amounts.bytes(999)).isEqualTo("999 B");
    assertThat(Amounts.bytes(12_345_678)).isEqualTo("12.3 MB");
    assertThat(Amounts.clock(Duration.ofSeconds(3_723))).isEqualTo("1:02:03");
    assertThat(ProgressFrame.percent(5, 0)).isEqualTo(100);
    assertThat(ProgressFrame.percent(15, 10)).isEqualTo(100);
    assertThat(ProgressFrame.percent(999, 1_000)).isEqualTo(99);
  }

  private static MigrationView moving(long rows) {
    return new MigrationView(
        "m-1",
        "running",
        Phase.MOVE,
        Condition.WORKING,
        Optional.empty(),
        List.of(
            new TableProgress("public.orders", TableState.COPYING, rows, 40_000, rows * 100),
            new TableProgress(
                "a_very_long_schema_name.テーブルの名前_that_goes_on_and_on",
                TableState.COMPLETING,
                20_000,
                20_000,
                2_000_000),
            new TableProgress("public.countries", TableState.DONE, 0, 0, 0),
            new TableProgress("public.later", TableState.WAITING, 0, 500, 0)));
  }

  private static ResultDocument certified() {
    return new ResultDocument(
        Optional.of("m-1"),
        Optional.of("certified"),
        Optional.of(ResultDocument.CERTIFIED),
        Optional.of("my file.jws"),
        Optional.of("key.pem"),
        Optional.of("postgresql://u@h:5432/a"),
        Optional.of("postgresql://u@h:5432/b"),
        23,
        1_000_000,
        96_000_000,
        true,
        Map.of("copy", 4.0, "total", 20.0),
        List.of(),
        List.of("behavioral: not built"),
        List.of());
  }

  private static ResultDocument failed(boolean targetTouched, String code) {
    return new ResultDocument(
        Optional.of("m-1"),
        Optional.of("failed"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        0,
        0,
        targetTouched,
        Map.of("approve", 1.0),
        List.of(),
        List.of(),
        List.of(new ResultDocument.ResultError(code, "no", "")));
  }
}
