package dev.sensei.cli.command;

import dev.sensei.cli.ExitCode;
import dev.sensei.cli.Session;
import dev.sensei.cli.display.Amounts;
import dev.sensei.cli.display.MigrationView;
import dev.sensei.cli.display.MigrationView.TableProgress;
import dev.sensei.cli.run.MigrationControl;
import dev.sensei.cli.run.MigrationControl.Purpose;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints how far a migration is, or which there are. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Says how far a migration is; without ID, lists all.")
public final class StatusCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "ID", arity = "0..1", description = "The migration.")
  private @Nullable String migrationId;

  @Option(names = "--json", description = "One document on standard output.")
  private boolean json;

  @Mixin private final PlatformOptions platform = new PlatformOptions();

  StatusCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (MigrationControl control =
        session.backend().control().connect(platform.location(session), Purpose.LOOK)) {
      if (migrationId == null) {
        all(control.migrations());
      } else {
        String id = migrationId;
        one(control.status(id).orElseThrow(() -> SteeringCommand.unknown(id)));
      }
    }
    return ExitCode.OK.code();
  }

  private void all(List<MigrationView> migrations) {
    if (json) {
      session.out().println(JsonText.of(migrations));
    } else if (migrations.isEmpty()) {
      session
          .out()
          .println("No migrations yet; \"./sensei migrate --help\" says how to start one.");
    } else {
      migrations.forEach(view -> session.out().println(line(view)));
    }
  }

  private void one(MigrationView view) {
    if (json) {
      session.out().println(JsonText.of(view));
      return;
    }
    session.out().println(line(view));
    String id = view.migrationId();
    view.waitsFor()
        // What names the migration is a command, which needs the same platform.
        .map(what -> what.replace(id, id + platform.asGiven()))
        .ifPresent(what -> session.out().println("  waits for " + Amounts.printable(what)));
    for (TableProgress table : view.tables()) {
      session
          .out()
          .println(
              "  %s: %s, %s of about %s rows"
                  .formatted(
                      table.name(),
                      table.state().text(),
                      Amounts.count(table.rowsDone()),
                      Amounts.count(table.rowsExpected())));
    }
  }

  private static String line(MigrationView view) {
    return "%s  %s  %d of %d tables, %s rows"
        .formatted(
            view.migrationId(),
            view.state(),
            view.count(MigrationView.TableState.DONE),
            view.tables().size(),
            Amounts.count(view.rowsDone()));
  }
}
