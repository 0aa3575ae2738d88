package dev.sensei.databases.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.databases.CutConnection;
import dev.sensei.databases.TwoDatabases;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorClass;
import dev.sensei.platform.PostgresServer.Endpoint;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The connection to the source or to the target is lost at each step of the chunk protocol. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LostConnectionTest extends TableInLedger {
  private static final List<String> STEPS =
      List.of(
          "after-claim",
          "after-look-up",
          "mid-chunk@3",
          "before-ledger-row",
          "before-chunk-commit",
          "after-chunk-commit");

  /** Behind these the source is not needed any more. */
  private static final Set<String> ALL_IS_READ =
      Set.of("before-ledger-row", "before-chunk-commit", "after-chunk-commit");

  @TempDir Path directory;

  /** One chunk. */
  LostConnectionTest() {
    super(100, 10 * ROWS);
  }

  enum Side {
    SOURCE,
    TARGET
  }

  enum Loss {
    BACKEND_ENDED,
    CONNECTION_CUT
  }

  private Endpoint endpoint(Side side) {
    return side == Side.SOURCE ? databases.sourceEndpoint() : databases.targetEndpoint();
  }

  static Stream<Arguments> losses() {
    return STEPS.stream()
        .flatMap(
            step ->
                Stream.of(Side.values())
                    .flatMap(
                        side ->
                            Stream.of(Loss.values()).map(loss -> Arguments.of(step, side, loss))));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void aConnectionThatIsLostLeavesTheChunkOnceAfterTheNextDelivery(
      String step, Side side, Loss loss) throws Exception {
    if (side == Side.SOURCE && step.startsWith("mid-chunk")) {
      // More than lies in buffers between a server and its client.
      databases.onSource(
          "INSERT INTO t SELECT g, repeat('x', 1500) FROM generate_series(%d, %d) g"
              .formatted(ROWS + 1, 2 * ROWS));
    }
    String rows = databases.askSource("SELECT count(*) || ' ' || count(*) FROM t");
    boolean committed =
        side == Side.SOURCE ? ALL_IS_READ.contains(step) : step.equals("after-chunk-commit");
    try (CutConnection way = new CutConnection(endpoint(side));
        Connection lost = way.endpoint().connect();
        Connection other = endpoint(side == Side.SOURCE ? Side.TARGET : Side.SOURCE).connect()) {
      Connection source = side == Side.SOURCE ? lost : other;
      Connection target = side == Side.TARGET ? lost : other;
      String backend = TwoDatabases.ask(lost, "SELECT pg_backend_pid()");
      try (PausedWork<CopyOutcome> copy =
          PausedWork.at(step, directory, () -> copy(source, target, 0, 1, 1))) {
        switch (loss) {
          case BACKEND_ENDED ->
              assertThat(
                      databases.askSource(
                          "SELECT pg_terminate_backend(%s, 9000)".formatted(backend)))
                  .isEqualTo("t");
          case CONNECTION_CUT -> way.cut();
        }
        if (committed) {
          assertThat(copy.goOn()).isInstanceOf(CopyOutcome.Copied.class);
        } else {
          assertThatThrownBy(copy::goOn)
              .isInstanceOfSatisfying(
                  DatabaseException.class,
                  failed -> assertThat(failed.errorClass()).isEqualTo(ErrorClass.TRANSIENT));
        }
      }
      // In order it may not be closed any more.
      lost.abort(Runnable::run);
    }
    assertThat(countInTarget()).isEqualTo(committed ? rows : "0 0");

    assertThat(copy(0, 1))
        .isInstanceOf(committed ? CopyOutcome.AlreadyCopied.class : CopyOutcome.Copied.class);
    assertThat(countInTarget()).isEqualTo(rows);
    assertRowsAreThoseOfTheLedger();
  }

  @Test
  void aCommitWhoseAnswerIsLostIsFoundByTheNextDelivery() throws Exception {
    try (CutConnection toTarget = new CutConnection(databases.targetEndpoint());
        Connection source = databases.source();
        Connection target = toTarget.endpoint().connect();
        PausedWork<CopyOutcome> copy =
            PausedWork.at("before-chunk-commit", directory, () -> copy(source, target, 0, 1, 1))) {
      toTarget.withholdAnswers();
      copy.letGo();
      while (!databases.askTarget("SELECT count(*) FROM sensei_ledger.chunk").equals("1")) {
        Thread.onSpinWait();
      }
      toTarget.cut();
      assertThatThrownBy(copy::result)
          .isInstanceOfSatisfying(
              DatabaseException.class,
              lost -> assertThat(lost.errorClass()).isEqualTo(ErrorClass.TRANSIENT));
    }
    assertThat(copy(0, 1)).isInstanceOf(CopyOutcome.AlreadyCopied.class);
    assertThat(countInTarget()).isEqualTo(ROWS + " " + ROWS);
  }
}
