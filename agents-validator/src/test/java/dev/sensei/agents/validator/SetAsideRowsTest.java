package dev.sensei.agents.validator;

import static dev.sensei.agents.testing.Migration.ask;
import static dev.sensei.agents.testing.Migration.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.agents.testing.Migration;
import dev.sensei.certificate.SigningKey;
import dev.sensei.databases.copy.RowFault;
import dev.sensei.databases.copy.RowLocator;
import dev.sensei.databases.errors.ErrorFields;
import dev.sensei.databases.ledger.ErrorQueue;
import dev.sensei.databases.ledger.Ledger;
import dev.sensei.databases.ledger.LedgerSettings;
import dev.sensei.databases.ledger.QueuedRow.State;
import dev.sensei.databases.ledger.TableClaim;
import dev.sensei.databases.ledger.TableKey;
import dev.sensei.schemas.common.ErrorState;
import dev.sensei.schemas.common.Outcome;
import dev.sensei.schemas.common.SetAsideRow;
import dev.sensei.schemas.common.TableEvidence;
import dev.sensei.schemas.report.TableValidated;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rows that were set aside, and what the Validator makes of them under this or a later snapshot.
 */
class SetAsideRowsTest {
  private final Ledger ledger = new Ledger(LedgerSettings.DEFAULT);
  private MovedShop shop;
  private Migration migration;
  private ErrorFields why = ErrorFields.ofState("22001");

  @BeforeEach
  void move(@TempDir Path keys) throws Exception {
    shop = new MovedShop(SigningKey.openOrCreate(keys));
    migration = shop.migration;
    run(migration.target, "DELETE FROM player WHERE id = 18");
    try (Connection target = migration.target.connect()) {
      TableKey player = new TableKey("m", migration.table("player").target());
      ledger.install(target, "here", "m");
      ledger.claim(
          target, new TableClaim(player, "here", migration.table("player").index(), 1, 0, true));
    }
  }

  @AfterEach
  void close() {
    shop.close();
  }

  /** Puts a player into the queue, as a worker does. */
  private void setAside(int id, State state) throws SQLException {
    String place = ask(migration.source, "SELECT ctid FROM player WHERE id = " + id);
    long xmin = Long.parseLong(ask(migration.source, "SELECT xmin FROM player WHERE id = " + id));
    try (Connection target = migration.target.connect()) {
      ErrorQueue.put(
          target,
          new TableKey("m", migration.table("player").target()),
          migration.table("player").index(),
          1,
          0,
          List.of(
              new ErrorQueue.Entry(
                  new RowFault(RowLocator.parse(place), why),
                  xmin,
                  "0".repeat(60) + "%04d".formatted(id),
                  "key",
                  ByteBuffer.wrap(new byte[1]),
                  State.OPEN)));
      if (state != State.OPEN) {
        assertThat(
                ErrorQueue.decide(
                    target,
                    Long.parseLong(
                        ask(migration.target, "SELECT max(number) FROM sensei_ledger.queued_row")),
                    state,
                    "grace",
                    "of no use"))
            .isTrue();
      }
    }
  }

  @Test
  void aRowThatWasLeftOutIsNoDifference() throws Exception {
    assertThat(shop.validate("player").getOutcome()).isEqualTo(Outcome.FAILED);
    setAside(18, State.SKIPPED);
    TableValidated found = shop.validate("player");
    assertThat(found.getOutcome()).isEqualTo(Outcome.PASSED);
    assertThat(found.getEvidence().getSetAside()).isEqualTo(1);
    assertThat(found.getEvidence().getSourceRows()).isEqualTo(2999);
  }

  @Test
  void aRowThatCameIntoItsPlaceIsNotLeftOut() throws Exception {
    setAside(18, State.SKIPPED);
    String place = ask(migration.source, "SELECT ctid FROM player WHERE id = 18");
    shop.releaseSnapshot();
    run(migration.source, "DELETE FROM player WHERE id = 18");
    run(migration.source, "VACUUM player");
    run(migration.source, "INSERT INTO player (id, team) VALUES (9000, 1)");
    assertThat(ask(migration.source, "SELECT ctid FROM player WHERE id = 9000")).isEqualTo(place);
    shop.exportSnapshot();

    TableValidated found = shop.validate("player");
    assertThat(found.getOutcome()).isEqualTo(Outcome.FAILED);
    assertThat(found.getEvidence().getDifferences())
        .anyMatch(line -> line.startsWith("missing "))
        .anyMatch(line -> line.startsWith("1 rows that were set aside are not in the source"));
  }

  @Test
  void aRowThatWasFetchedIsLeftOutOfTheTargetUntilASnapshotShowsIt() throws Exception {
    setAside(18, State.SKIPPED);
    run(migration.source, "INSERT INTO player (id, team) VALUES (9000, 1)");
    String place = ask(migration.source, "SELECT ctid FROM player WHERE id = 9000");
    long xmin = Long.parseLong(ask(migration.source, "SELECT xmin FROM player WHERE id = 9000"));
    try (Connection target = migration.target.connect();
        Statement statement = target.createStatement()) {
      target.setAutoCommit(false);
      ErrorQueue.Entry entry =
          new ErrorQueue.Entry(
              new RowFault(RowLocator.parse(place), why),
              xmin,
              "f".repeat(64),
              "key",
              ByteBuffer.wrap(new byte[1]),
              State.OPEN);
      TableKey player = new TableKey("m", migration.table("player").target());
      int index = migration.table("player").index();
      assertThat(ErrorQueue.fetched(target, player, index, 1, entry, "grace")).isTrue();
      statement.execute("INSERT INTO player (id, team) VALUES (9000, 1)");
      target.commit();
      assertThat(ErrorQueue.fetched(target, player, index, 1, entry, "anna")).isFalse();
      target.rollback();
    }
    TableValidated found = shop.validate("player");
    assertThat(found.getOutcome()).isEqualTo(Outcome.PASSED);
    assertThat(found.getEvidence().getSourceRows()).isEqualTo(2999);
    assertThat(found.getEvidence().getTargetRows()).isEqualTo(2999);
    assertThat(found.getEvidence().getSetAside()).isEqualTo(1);
    assertThat(found.getEvidence().getSetAsideRows())
        .extracting(SetAsideRow::getState)
        .containsExactlyInAnyOrder(ErrorState.SKIPPED, ErrorState.FETCHED);

    shop.releaseSnapshot();
    shop.exportSnapshot();
    TableValidated later = shop.validate("player");
    assertThat(later.getOutcome()).isEqualTo(Outcome.PASSED);
    assertThat(later.getEvidence().getTargetRows()).isEqualTo(3000);
    assertThat(later.getEvidence().getSetAsideRows())
        .extracting(SetAsideRow::getState)
        .containsExactly(ErrorState.SKIPPED);

    run(migration.target, "UPDATE player SET team = 2 WHERE id = 9000");
    assertThat(shop.validate("player").getOutcome()).isEqualTo(Outcome.FAILED);
  }

  @Test
  void aRowThatIsGoneIsTheReasonAndSaysWhatToDo() throws Exception {
    setAside(18, State.SKIPPED);
    shop.releaseSnapshot();
    run(migration.source, "DELETE FROM player WHERE id = 18");
    shop.exportSnapshot();

    TableValidated found = shop.validate("player");
    TableEvidence evidence = found.getEvidence();
    assertThat(found.getOutcome()).isEqualTo(Outcome.FAILED);
    assertThat(evidence.getSourceDigest()).isEqualTo(evidence.getTargetDigest());
    assertThat(evidence.getDifferences())
        .singleElement()
        .asString()
        .contains("1 rows that were set aside", "Roll the migration back");
  }

  @Test
  void aRuleWithALongTextGoesByItsName() throws Exception {
    for (String rule :
        List.of("pattern " + "[A-Z]".repeat(1_600), "unique (id): queue", "player_team_fkey")) {
      why =
          new ErrorFields(
              "23514",
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.of(rule),
              Optional.empty());
      setAside(18, State.OPEN);
      assertThat(shop.validate("player").getEvidence().getSetAsideRows().getLast().getConstraint())
          .isEqualTo(rule.length() > 63 ? "pattern" : rule);
      run(migration.target, "DELETE FROM sensei_ledger.queued_row");
    }
  }

  @Test
  void reconciliationHoldsTheQueueAndTheCountsAgainstTheJournal() throws Exception {
    setAside(18, State.SKIPPED);
    shop.journal(shop.prepared("player", 0));
    assertThat(shop.reconcile())
        .anyMatch(line -> line.contains("the journal has 0 open, 0 skipped"))
        .anyMatch(line -> line.contains("and the journal has no such decision"));
  }
}
