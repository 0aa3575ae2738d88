package dev.sensei.cli.command;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.Session;
import dev.sensei.cli.display.PlanText;
import dev.sensei.cli.run.MigrationControl;
import dev.sensei.cli.run.MigrationControl.Purpose;
import dev.sensei.cli.run.PlanSummary;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints a migration's plan. */
@Command(name = "plan", mixinStandardHelpOptions = true, description = "Prints a migration's plan.")
public final class PlanCommand implements Callable<Integer> {
  private final Session session;

  @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
  @Parameters(paramLabel = "ID", description = "The migration.")
  private String migrationId;

  @Option(names = "--json", description = "One document on standard output.")
  private boolean json;

  @Mixin private final PlatformOptions platform = new PlatformOptions();

  PlanCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (MigrationControl control =
        session.backend().control().connect(platform.location(session), Purpose.LOOK)) {
      if (control.status(migrationId).isEmpty()) {
        throw SteeringCommand.unknown(migrationId);
      }
      PlanSummary plan =
          control
              .plan(migrationId)
              .orElseThrow(
                  () ->
                      new CommandException(
                          ExitCode.FAILED,
                          "%s has no plan yet; \"./sensei status %s\" says how far it is"
                              .formatted(migrationId, migrationId)));
      if (json) {
        session.out().println(JsonText.of(plan));
      } else {
        PlanText.lines(plan).forEach(session.out()::println);
      }
      return ExitCode.OK.code();
    }
  }
}
