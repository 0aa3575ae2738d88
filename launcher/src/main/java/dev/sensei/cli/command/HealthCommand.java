package dev.sensei.cli.command;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.Session;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Asks a service on this machine how it does, as a container's health check wants it. */
@Command(
    name = "health",
    mixinStandardHelpOptions = true,
    description = {
      "Asks a service on this machine whether it is ready.",
      "Exit code 0 where it is, 3 where it is not or does not answer."
    })
public final class HealthCommand implements Callable<Integer> {
  private static final int LARGEST_PORT = 65_535;
  private static final int OK = 200;

  private final Session session;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      required = true,
      description = "What the service's SENSEI_HEALTH_PORT is.")
  private int port;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "5",
      description = "How long to wait for the answer (default: ${DEFAULT-VALUE}).")
  private int timeoutSeconds;

  HealthCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (port < 1 || port > LARGEST_PORT) {
      throw CommandException.usage(
          "--port has to be from 1 to %,d, found %,d".formatted(LARGEST_PORT, port));
    }
    if (timeoutSeconds < 1) {
      throw CommandException.usage(
          "--timeout has to be at least 1, found %,d".formatted(timeoutSeconds));
    }
    Duration limit = Duration.ofSeconds(timeoutSeconds);
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(limit).build()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/health".formatted(port)))
                  .timeout(limit)
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      session.out().println(answer.body().strip());
      return answer.statusCode() == OK ? ExitCode.OK.code() : ExitCode.FAILED.code();
    } catch (IOException silent) {
      throw new CommandException(
          ExitCode.FAILED,
          "nothing answers on port %d (%s); is the service up, and is its SENSEI_HEALTH_PORT that?"
              .formatted(port, silent.getClass().getSimpleName()),
          silent);
    }
  }
}
