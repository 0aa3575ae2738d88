package dev.sensei.cli.command;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.Session;
import dev.sensei.cli.run.ServiceProcesses.Agent;
import dev.sensei.cli.run.ServiceProcesses.AgentRequest;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One agent alone. */
@Command(
    name = "agent",
    mixinStandardHelpOptions = true,
    description = "Runs one agent alone in this process, until it is interrupted.")
public final class AgentCommand implements Callable<Integer> {
  private static final int MOST_SLOTS = 1_000;

  private final Session session;

  @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
  @Parameters(paramLabel = "NAME", description = "One of: ${COMPLETION-CANDIDATES}.")
  private Agent agent;

  @Option(names = "--slots", paramLabel = "N", description = "Tasks at the same time.")
  private @Nullable Integer slots;

  @Option(
      names = "--signing-key",
      paramLabel = "FILE",
      description = "The key a validator signs with, a JWK (else the data directory's).")
  private @Nullable Path signingKey;

  @Mixin private final PlatformOptions platform = new PlatformOptions();

  AgentCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (slots != null && (slots < 1 || slots > MOST_SLOTS)) {
      throw CommandException.usage(
          "--slots has to be from 1 to %,d, found %,d".formatted(MOST_SLOTS, slots));
    }
    session
        .backend()
        .services()
        .agent(
            agent,
            new AgentRequest(
                platform.location(session),
                slots == null ? OptionalInt.empty() : OptionalInt.of(slots),
                Optional.ofNullable(signingKey)));
    return ExitCode.OK.code();
  }
}
