package dev.sensei.agents.validator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.testing.Migration;
import dev.sensei.agents.testing.OnPostgres;
import dev.sensei.certificate.Quarantine;
import dev.sensei.platform.PostgresServer.Endpoint;
import dev.sensei.schemas.JournalRecord;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.common.ErrorAction;
import dev.sensei.schemas.common.ErrorResolution;
import dev.sensei.schemas.common.ErrorState;
import dev.sensei.schemas.common.Outcome;
import dev.sensei.schemas.common.RowDeviation;
import dev.sensei.schemas.common.SetAsideRow;
import dev.sensei.schemas.common.TableErrors;
import dev.sensei.schemas.common.TableEvidence;
import dev.sensei.schemas.event.ErrorResolutionStarted;
import dev.sensei.schemas.event.ErrorsResolved;
import dev.sensei.schemas.event.TableChecked;
import dev.sensei.schemas.event.TableValidated;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a certificate says of rows set aside, and how the queue is held against the journal. */
class QuarantinedTest {
  private static List<TablePlan> tables;
  private final ToldErrors told = new ToldErrors();

  @BeforeAll
  static void plan() throws Exception {
    Class.forName(RecordSerde.class.getName());
    Endpoint source = OnPostgres.newDatabase("source");
    Endpoint target = OnPostgres.newDatabase("target");
    Migration.run(
        source, "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)");
    tables = new Migration(source, target, Map.of()).tables;
  }

  private void happens(SpecificRecord event) {
    told.take(
        new JournalRecord("m", 1, Instant.EPOCH, "r", Optional.empty(), "", "", "", event, 0, 0));
  }

  private void settled(long setAside, long leftOut) {
    happens(
        TableChecked.newBuilder()
            .setMigrationId("m")
            .setTable("public.a")
            .setTableIndex(tables.getFirst().index())
            .setEpoch(1)
            .setRows(0)
            .setBytes(0)
            .setDigest("")
            .setTargetRows(0)
            .setMissingChunks(List.of())
            .setBuilt(List.of())
            .setSetAside(setAside)
            .setDeviations(
                List.of(
                    new RowDeviation("keep_first", "", leftOut),
                    new RowDeviation("truncate", "name", 7L)))
            .build());
  }

  private void decided(ErrorAction action, String by, Long... numbers) {
    happens(
        new ErrorResolutionStarted(
            "m", new ErrorResolution(action, List.of(numbers), "of no use", by)));
  }

  private void counted(long open, long skipped, long retried, long corrected) {
    counted(open, skipped, retried, corrected, 0);
  }

  private void counted(long open, long skipped, long retried, long corrected, long fetched) {
    happens(
        new ErrorsResolved(
            "m",
            List.of(
                new TableErrors(
                    tables.getFirst().index(),
                    "public.a",
                    open,
                    skipped,
                    retried,
                    corrected,
                    0L,
                    fetched))));
  }

  private static SetAsideRow row(long number, ErrorState state, String decidedBy) {
    return SetAsideRow.newBuilder()
        .setKeyHash("%064x".formatted(number))
        .setSqlState("22001")
        .setColumn("name")
        .setConstraint("")
        .setState(state)
        .setDecidedBy(decidedBy)
        .setLocator("(0,1)")
        .setNumber(number)
        .build();
  }

  private static TableValidated validated(List<SetAsideRow> rows) {
    return TableValidated.newBuilder()
        .setMigrationId("m")
        .setTable("public.a")
        .setTableIndex(0)
        .setEpoch(1)
        .setOutcome(Outcome.PASSED)
        .setEvidence(
            TableEvidence.newBuilder()
                .setSourceRows(0)
                .setTargetRows(0)
                .setSourceDigest("")
                .setTargetDigest("")
                .setSql("")
                .setSnapshot(1)
                .setDifferences(List.of())
                .setSetAsideRows(rows)
                .setDeviations(
                    List.of(
                        new RowDeviation("keep_first", "", 2L),
                        new RowDeviation("truncate", "name", 7L)))
                .build())
        .build();
  }

  private List<String> objections(SetAsideRow... rows) {
    return told.objections(tables.getFirst(), List.of(rows));
  }

  @Test
  void openRowsOfOneTableAreCountedBehindTenThousandOfAnother() {
    List<SetAsideRow> many =
        LongStream.range(0, 10_000).mapToObj(n -> row(n, ErrorState.SKIPPED, "grace")).toList();
    List<SetAsideRow> open =
        LongStream.range(0, 5).mapToObj(n -> row(n, ErrorState.OPEN, "")).toList();
    decided(ErrorAction.SKIP, "grace");
    Quarantine quarantine =
        Quarantined.of(
            tables,
            Map.of(tables.get(0).index(), validated(many), tables.get(1).index(), validated(open)),
            told);
    assertThat(quarantine.notDecided()).isEqualTo(5);
    assertThat(quarantine.rows()).isEqualTo(10_005);
    assertThat(quarantine.tables().get(1).open()).isEqualTo(5);
    assertThat(quarantine.tables().get(1).listed()).isEmpty();
    assertThat(quarantine.decisions())
        .containsExactly(
            new Quarantine.Decision(Quarantine.Action.SKIP, "grace", Instant.EPOCH, "of no use"));
  }

  @Test
  void rowsThatWereAllTakenAfterAllWereSetAsideAllTheSame() {
    Quarantine quarantine =
        Quarantined.of(
            tables,
            Map.of(
                tables.getFirst().index(), validated(List.of(row(1, ErrorState.RETRIED, "anna")))),
            told);
    assertThat(quarantine.rows()).isZero();
    assertThat(quarantine.note()).doesNotContain("no row was set aside");
    assertThat(quarantine.tables().getFirst().retried()).isEqualTo(1);
    assertThat(Quarantined.of(tables, Map.of(), told).note()).isEqualTo("no row was set aside");
  }

  @Test
  void rowsThatARuleLeftOutAreNamedOnce() {
    TableValidated read =
        validated(Stream.of(1, 2).map(n -> row(n, ErrorState.LEFT_OUT, "")).toList());
    Quarantine quarantine = Quarantined.of(tables, Map.of(tables.getFirst().index(), read), told);
    assertThat(quarantine.tables().getFirst().leftOut()).isEqualTo(2);
    assertThat(quarantine.notDecided()).isEqualTo(2);
    assertThat(Quarantined.deviations(tables.getFirst(), read.getEvidence()))
        .singleElement()
        .returns("truncate", deviation -> deviation.kind());
  }

  @Test
  void aQueueThatIsAsTheJournalSaysIsNoObjection() {
    settled(2, 1);
    SetAsideRow left = row(9, ErrorState.LEFT_OUT, "");
    assertThat(objections(row(1, ErrorState.OPEN, ""), row(2, ErrorState.OPEN, ""), left))
        .isEmpty();
    decided(ErrorAction.RETRY, "anna");
    counted(1, 0, 0, 1);
    assertThat(objections(row(1, ErrorState.CORRECTED, "anna"), row(2, ErrorState.OPEN, ""), left))
        .isEmpty();
    decided(ErrorAction.SKIP, "grace", 2L);
    counted(0, 1, 0, 1);
    SetAsideRow skipped = row(2, ErrorState.SKIPPED, "grace");
    assertThat(objections(row(1, ErrorState.CORRECTED, "anna"), skipped, left)).isEmpty();
    // Under a later snapshot.
    assertThat(objections(row(1, ErrorState.RETRIED, "anna"), skipped, left)).isEmpty();
  }

  @Test
  void rowsThatCameWithOthersAreCountedApartAndVanishUnderALaterSnapshot() {
    settled(1, 0);
    decided(ErrorAction.MIGRATE_PARENTS, "anna");
    counted(0, 0, 1, 1, 1);
    SetAsideRow retried = row(1, ErrorState.RETRIED, "anna");
    SetAsideRow fetched = row(2, ErrorState.FETCHED, "anna");
    assertThat(objections(retried, fetched)).isEmpty();
    assertThat(objections(retried)).isEmpty();
    assertThat(told.corrected()).isEqualTo(1);
    assertThat(objections(retried, fetched, row(3, ErrorState.FETCHED, "anna")))
        .anyMatch(line -> line.contains("1 taken after all, 1 fetched for others"));
    assertThat(objections(retried, row(2, ErrorState.FETCHED, "grace")))
        .anyMatch(line -> line.contains("row 2 of public.a is FETCHED"));
    Quarantine quarantine =
        Quarantined.of(
            tables, Map.of(tables.getFirst().index(), validated(List.of(retried, fetched))), told);
    assertThat(quarantine.rows()).isZero();
    assertThat(quarantine.tables().getFirst().fetched()).isEqualTo(1);
    assertThat(quarantine.decisions())
        .extracting(Quarantine.Decision::action)
        .containsExactly(Quarantine.Action.MIGRATE_PARENTS);
  }

  @Test
  void aDecisionThatWasGivenUpMayHaveFetchedRows() {
    settled(2, 0);
    decided(ErrorAction.RETRY, "anna", 1L);
    assertThat(
            objections(
                row(1, ErrorState.RETRIED, "anna"),
                row(2, ErrorState.OPEN, ""),
                row(3, ErrorState.FETCHED, "anna")))
        .isEmpty();
  }

  @Test
  void aStateOrANameThatWasWrittenIntoTheQueueIsFound() {
    settled(2, 0);
    decided(ErrorAction.RETRY, "anna");
    counted(1, 0, 1, 0);
    SetAsideRow retried = row(1, ErrorState.RETRIED, "anna");
    assertThat(objections(retried, row(2, ErrorState.SKIPPED, "grace")))
        .anyMatch(line -> line.contains("the journal has 1 open, 0 skipped, 1 taken after all"))
        .anyMatch(
            line -> line.contains("row 2 of public.a is SKIPPED in the error queue, by \"grace\""));
    assertThat(objections(row(2, ErrorState.OPEN, "")))
        .singleElement()
        .asString()
        .contains("the error queue 1 open, 0 skipped, 0 taken after all");
    assertThat(objections(row(1, ErrorState.RETRIED, "grace"), row(2, ErrorState.OPEN, "")))
        .singleElement()
        .asString()
        .contains("the journal has no such decision");
    assertThat(objections(row(1, ErrorState.RETRIED, "anna"), row(2, ErrorState.LEFT_OUT, "")))
        .isNotEmpty();
  }

  @Test
  void aDecisionThatNamedOtherRowsIsNotOne() {
    settled(1, 0);
    decided(ErrorAction.SKIP, "grace", 4L);
    counted(0, 1, 0, 0);
    assertThat(objections(row(1, ErrorState.SKIPPED, "grace"))).hasSize(1);
    assertThat(objections(row(4, ErrorState.SKIPPED, "grace"))).isEmpty();
  }

  @Test
  void whatADecisionDidBeforeItWasGivenUpIsBorneOutByItsRowsAlone() {
    settled(3, 0);
    SetAsideRow open = row(3, ErrorState.OPEN, "");
    decided(ErrorAction.RETRY, "anna");
    SetAsideRow retried = row(1, ErrorState.RETRIED, "anna");
    assertThat(objections(retried, row(2, ErrorState.OPEN, ""), open)).isEmpty();
    assertThat(objections(retried, row(2, ErrorState.SKIPPED, "grace"), open))
        .singleElement()
        .asString()
        .contains("the journal has no such decision");
    assertThat(objections(retried, open)).hasSize(1);
    counted(3, 0, 0, 0);
    assertThat(objections(retried, row(2, ErrorState.OPEN, ""), open)).hasSize(1);

    decided(ErrorAction.SET_ASIDE_ORPHANS, "anna");
    assertThat(objections(row(1, ErrorState.OPEN, ""), row(2, ErrorState.OPEN, ""), open, open))
        .isEmpty();
    assertThat(objections(open)).hasSize(1);
    assertThat(told.decisions())
        .extracting(Quarantine.Decision::action)
        .containsExactly(Quarantine.Action.RETRY, Quarantine.Action.SET_ASIDE);
  }
}
