package dev.sensei.agents.worker;

import static dev.sensei.agents.testing.Migration.ask;
import static dev.sensei.agents.testing.Migration.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.testing.MigrationOptions;
import dev.sensei.databases.failpoint.FailpointReached;
import dev.sensei.databases.failpoint.Failpoints;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.report.ChunkCopied;
import dev.sensei.schemas.report.TableChecked;
import dev.sensei.schemas.report.TablePrepared;
import dev.sensei.schemas.task.PrepareTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A table whose blocks mean nothing to the worker is moved in ranges of its key. */
class KeyRangeMoveTest extends WorkerOnDatabases {
  private static final int CHUNKS = 10;
  private static final String OWN_HEAP =
      "CREATE ACCESS METHOD own_heap TYPE TABLE HANDLER heap_tableam_handler;";
  private static final String PETS =
      OWN_HEAP
          + """
          CREATE TYPE kind AS ENUM ('owl', 'cat', 'the dog''s');
          CREATE TABLE pet (kind kind, "Name" text, born timestamptz, PRIMARY KEY (kind, "Name"))
            USING own_heap;
          INSERT INTO pet SELECT (enum_range(NULL::kind))[1 + n % 3], 'canary''\\' || n, now()
            FROM generate_series(1, 1000) n;
          """;
  private static final String ALL =
      "SELECT md5(string_agg(p::text, ',' ORDER BY p.kind, p.\"Name\" COLLATE \"C\")) FROM pet p";

  @Test
  void itsChunksAreCopiedOnceHoweverOftenTheyAreDeliveredAndInAnyOrder() throws Exception {
    begin(PETS, OWN_HEAP);
    handle(prepareTarget());
    twice(prepare(1), 2);
    assertThat(migration.last(TablePrepared.class).getChunks()).isEqualTo(CHUNKS);
    assertThat(ask(migration.target, "SELECT count(*) FROM sensei_ledger.chunk_key"))
        .isEqualTo("2");
    Failpoints.configure("before-chunk-commit=throw@3;after-chunk-commit=throw@5");
    List<Integer> chunks = new ArrayList<>();
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      chunks.add(chunk);
    }
    Collections.shuffle(chunks, new Random(7));
    int killed = 0;
    for (int chunk : chunks) {
      try {
        twice(copy("pet", 1, chunk), 2);
      } catch (FailpointReached dead) {
        killed++;
        twice(copy("pet", 1, chunk), 2);
      }
      assertThat(migration.last(ChunkCopied.class).getRedelivered()).isTrue();
      assertThat(migration.last(ChunkCopied.class).getEvidence().getRows()).isEqualTo(100);
    }
    Failpoints.clear();
    assertThat(killed).isEqualTo(2);
    handle(check("pet", 1));
    assertThat(migration.last(TableChecked.class).getTargetRows()).isEqualTo(1000);
    handle(complete("pet", 1));
    assertThat(ask(migration.target, ALL)).isEqualTo(ask(migration.source, ALL));
    assertThat(migration.reports.toString()).doesNotContain("canary", "dog");
  }

  @Test
  void aTableThatStartsOverIsCutAnew() throws Exception {
    begin(PETS, OWN_HEAP);
    handle(prepareTarget());
    handle(prepare(1));
    handle(copy("pet", 1, 0));
    handle(prepare(2));
    assertThat(ask(migration.target, "SELECT count(*) FROM pet")).isEqualTo("0");
    assertThat(ask(migration.target, "SELECT min(epoch) FROM sensei_ledger.chunk_key"))
        .isEqualTo("2");
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      handle(copy("pet", 2, chunk));
    }
    assertThat(ask(migration.target, ALL)).isEqualTo(ask(migration.source, ALL));
  }

  @Test
  void rowsThatTheTargetRefusesAreFoundWithinTheirRange() throws Exception {
    begin(
        OWN_HEAP
            + " CREATE TABLE pet (id int PRIMARY KEY, name text) USING own_heap;"
            + " INSERT INTO pet SELECT n, CASE WHEN n IN (250, 270) THEN 'far too long canary'"
            + " ELSE 'ok' END FROM generate_series(1, 1000) n",
        "CREATE TABLE pet (id int, name varchar(5))");
    handle(prepareTarget());
    handle(prepare(1));
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      if (chunk != 2) {
        handle(copy("pet", 1, chunk));
      }
    }
    TaskFailure refused = catchThrowableOfType(TaskFailure.class, () -> handle(copy("pet", 1, 2)));
    assertThat(refused.failure().getFailureClass()).isEqualTo(FailureClass.DATA);
    assertThat(refused.failure().getMessage())
        .contains("found 2 at fault: 2 by SQLSTATE 22001")
        .doesNotContain("canary");
    assertThat(ask(migration.target, "SELECT count(*) FROM pet")).isEqualTo("900");
    run(migration.target, "ALTER TABLE pet ALTER name TYPE text");
    handle(copy("pet", 1, 2));
    assertThat(ask(migration.target, "SELECT count(*) || ' ' || count(DISTINCT id) FROM pet"))
        .isEqualTo("1000 1000");
  }

  private PrepareTable prepare(int epoch) {
    return prepareTable(
        "pet", epoch, MigrationOptions.unset().setChunkRows(100).setChunkBytes(0).build());
  }
}
