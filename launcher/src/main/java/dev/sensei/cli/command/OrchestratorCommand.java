package dev.sensei.cli.command;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.Session;
import dev.sensei.cli.run.ServiceProcesses.OrchestratorRequest;
import dev.sensei.databases.DatabaseUri;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The orchestrator alone. */
@Command(
    name = "orchestrator",
    mixinStandardHelpOptions = true,
    description = "Runs the orchestrator alone in this process, until it is interrupted.")
public final class OrchestratorCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = "--control-database",
      paramLabel = "URI",
      description = "Where the projection goes (else SENSEI_CONTROL_DATABASE).")
  private @Nullable String controlDatabase;

  @Mixin private final PlatformOptions platform = new PlatformOptions();

  OrchestratorCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws InterruptedException {
    Optional<DatabaseUri> control =
        Optional.ofNullable(controlDatabase)
            .or(() -> session.variable("SENSEI_CONTROL_DATABASE"))
            .map(OrchestratorCommand::parse);
    session
        .backend()
        .services()
        .orchestrator(new OrchestratorRequest(platform.location(session), control));
    return ExitCode.OK.code();
  }

  private static DatabaseUri parse(String uri) {
    try {
      return DatabaseUri.parse(uri);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, "--control-database: " + e.getMessage(), e);
    }
  }
}
