package dev.sensei.cli.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.SortedMap;

/**
 * A migration that fails, since a unique key of the target refuses rows of one table, and is taken
 * back; and the one after it, which goes through.
 */
final class FailedThenMoved {
  private static final int TABLES_FAILED = 3;

  private final SeparateSystem system;
  private final StubbornPerson person;
  private final ProofDatabase source;
  private final ProofDatabase target;
  private final String options;
  private final SortedMap<String, String> contentsBefore;
  private final List<String> structureBefore;
  private String failed = "";
  private String moved = "";

  /**
   * @param target has the table {@code voucher}, empty, with a key on {@code code} that the
   *     source's rows violate
   */
  FailedThenMoved(
      SeparateSystem system,
      StubbornPerson person,
      ProofDatabase source,
      ProofDatabase target,
      String options)
      throws SQLException {
    this.system = system;
    this.person = person;
    this.source = source;
    this.target = target;
    this.options = options;
    this.contentsBefore = target.contents();
    this.structureBefore = target.structure();
  }

  StubbornPerson person() {
    return person;
  }

  ProofDatabase source() {
    return source;
  }

  ProofDatabase target() {
    return target;
  }

  void failAndTakeBack() throws Exception {
    SenseiProcess refused = person.insist(TABLES_FAILED, this::migrate);
    assertThat(refused.printed()).contains("23505");
    failed = refused.document().get("migrationId").asText();
    person.insist(this::isTakenBack, () -> system.startAsking("rollback", failed));
  }

  /** A rollback that was cut off may have come to its end before it is asked for again. */
  private boolean isTakenBack(SenseiProcess rollback) throws IOException {
    return rollback.exitCode().orElseThrow() == 0
        || rollback.output().contains("%s is cancelled".formatted(failed));
  }

  void assertTakenBack() throws Exception {
    assertThat(target.contents()).isEqualTo(contentsBefore);
    assertThat(target.structure()).isEqualTo(structureBefore);
    assertThat(target.schemas()).isEqualTo(source.schemas());
    assertThat(system.ask(0, "audit", "verify", failed).printed()).contains("records hold");
    target.run("ALTER TABLE voucher DROP CONSTRAINT voucher_code_key");
  }

  void move() throws Exception {
    SenseiProcess certified = person.insist(0, this::migrate);
    JsonNode document = certified.document();
    assertThat(document.get("verdict").asText()).isEqualTo("certified");
    moved = document.get("migrationId").asText();
  }

  void assertMovedOnce() throws Exception {
    assertThat(moved).isNotEqualTo(failed);
    assertThat(target.contents()).isEqualTo(source.contents());
    assertThat(target.structure()).isEqualTo(source.structure());
    assertThat(target.schemas()).isEqualTo(source.schemas());
    assertThat(system.ask(0, "audit", "verify", moved).printed()).contains("records hold");
    assertThat(system.ask(0, "audit", "replay", moved).printed()).contains("byte for byte");
    ChunksInJournal.assertOnce(system.journal(moved), source);
    system.verifyCertificate(target);
  }

  private SenseiProcess migrate() throws IOException {
    return system.migrate(source, target, options);
  }
}
