package dev.sensei.cli.system;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.throwable;

import dev.sensei.agents.journal.Journal;
import dev.sensei.agents.journal.PlanDocuments;
import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.schemas.JournalRecord;
import dev.sensei.schemas.common.DatabaseReference;
import dev.sensei.schemas.state.MigrationState;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SystemErrorsTest {
  @TempDir Path directory;

  @Test
  void aTargetThatIsAwayIsAFailureAndOneThatCannotBeNamedIsUsage() {
    fails("postgresql://u:p@127.0.0.1:1/shop", ExitCode.FAILED);
    fails("postgresql://u@127.0.0.1:1/shop?passwordref=env%3A%2F%2FSENSEI_NONE", ExitCode.USAGE);
    fails("no address", ExitCode.USAGE);
  }

  private void fails(String target, ExitCode expected) {
    MigrationState state = new MigrationState();
    state.put(MigrationState.SCHEMA$.getField("migrationId").pos(), "m-1");
    state.put(
        MigrationState.SCHEMA$.getField("target").pos(),
        DatabaseReference.newBuilder().setUri(target).setPasswordReference(null).build());
    SystemErrors errors =
        new SystemErrors(
            new StateFeed.Snapshot(state, List.of(), List.of()), new NoJournal(), directory);

    assertThatThrownBy(errors::list)
        .asInstanceOf(throwable(CommandException.class))
        .returns(expected, CommandException::exitCode);
  }

  /** The ledger is there, so nobody has to read what became of it. */
  private static final class NoJournal implements Journal {
    @Override
    public PlanDocuments plan(String migrationId, String planDigest) {
      throw new AssertionError("no plan is asked for");
    }

    @Override
    public long forEach(String migrationId, Consumer<JournalRecord> each) {
      throw new AssertionError("no record is asked for");
    }

    @Override
    public void forEachUntil(String migrationId, String awaited, Predicate<JournalRecord> isLast) {
      throw new AssertionError("no record is asked for");
    }
  }
}
