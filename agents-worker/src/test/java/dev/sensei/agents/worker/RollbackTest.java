package dev.sensei.agents.worker;

import static dev.sensei.agents.testing.Migration.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.testing.Migration;
import dev.sensei.databases.catalog.CatalogComparison;
import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.report.TableRolledBack;
import dev.sensei.schemas.report.TargetRolledBack;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What of a target's own is kept, and given back when the migration is taken back. */
class RollbackTest extends WorkerOnDatabases {
  @Test
  void rollbackLeavesTheTargetAsItWasAlsoWithForeignKeysInACircle() throws Exception {
    begin(SHOP, "CREATE TABLE other (id serial PRIMARY KEY); INSERT INTO other DEFAULT VALUES");
    moveAll(1);
    rollBackAll(2);
    rollBackAll(2);
    assertThat(CatalogComparison.compare(migration.before, Migration.catalog(migration.target)))
        .isEmpty();
    assertThat(migration.last(TargetRolledBack.class).getLeft()).isEmpty();
    assertThat(ask(migration.target, "SELECT count(*) FROM other")).isEqualTo("1");
  }

  @Test
  void rollbackBehindTheLedgersEndListsWhatItCannotJudge() throws Exception {
    moveAll(1);
    handle(release());
    handle(rollBack("player", 2));
    assertThat(migration.last(TableRolledBack.class).getLeft())
        .containsExactly("5000 rows in shop.player");
    handle(rollBackTarget());
    assertThat(migration.last(TargetRolledBack.class).getLeft())
        .anyMatch(left -> left.startsWith("materialized view shop.totals (the ledger is gone"))
        .anyMatch(left -> left.startsWith("table shop.player (the ledger is gone"));
    assertThat(ask(migration.target, "SELECT count(*) FROM shop.player")).isEqualTo("5000");
  }

  @Test
  void rowsOfOthersAreRefusedOrEmptiedAsAsked() throws Exception {
    String there =
        """
        CREATE TABLE parent (id int PRIMARY KEY);
        CREATE TABLE child (id int REFERENCES parent);
        INSERT INTO parent VALUES (7); INSERT INTO child VALUES (7);
        """;
    begin(there, there);
    handle(prepareTarget());
    assertThat(
            catchThrowableOfType(
                    TaskFailure.class, () -> handle(prepareTable("parent", 1, ExistingRows.REFUSE)))
                .failure()
                .getCode())
        .isEqualTo("TARGET_NOT_EMPTY");
    handle(rollBack("parent", 2));
    handle(rollBackTarget());
    assertThat(ask(migration.target, "SELECT count(*) FROM child")).isEqualTo("1");
    assertThat(CatalogComparison.compare(migration.before, Migration.catalog(migration.target)))
        .isEmpty();

    begin(there, there, Map.of("existingRows", "TRUNCATE"));
    handle(prepareTarget());
    handle(prepareTarget());
    handle(prepareTable("parent", 1, ExistingRows.TRUNCATE));
    handle(copy("parent", 1, 0));
    handle(prepareTarget());
    assertThat(ask(migration.target, "SELECT count(*) FROM parent")).isEqualTo("1");
  }

  @Test
  void aSequenceThatWasThereGoesBackToWhereItStood() throws Exception {
    String sql = "CREATE SEQUENCE tickets; SELECT setval('tickets', %d)";
    begin(sql.formatted(900), sql.formatted(5));
    handle(prepareTarget());
    handle(finish());
    handle(finish());
    assertThat(ask(migration.target, "SELECT last_value FROM tickets")).isEqualTo("900");
    handle(rollBackTarget());
    assertThat(ask(migration.target, "SELECT last_value FROM tickets")).isEqualTo("5");
    assertThatThrownBy(() -> handle(finish())).isInstanceOf(RuntimeException.class);
    assertThat(ask(migration.target, "SELECT last_value FROM tickets")).isEqualTo("5");
  }
}
