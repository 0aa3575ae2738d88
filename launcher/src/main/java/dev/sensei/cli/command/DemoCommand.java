package dev.sensei.cli.command;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.Session;
import dev.sensei.cli.run.DemoRequest;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The whole job on sample databases. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description =
        "Starts everything, with a sample shop as the source, and moves it to a certificate.")
public final class DemoCommand implements Callable<Integer> {
  private static final long MOST_ROWS = 100_000_000;

  private final Session session;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "Rows of the sample, about (default: ${DEFAULT-VALUE}).")
  private long rows;

  @Option(
      names = "--certificate",
      paramLabel = "FILE",
      description = "Where the certificate goes (else the data directory).")
  private @Nullable Path certificate;

  @Mixin private final RunOptions run = new RunOptions();
  @Mixin private final PlatformOptions platform = new PlatformOptions();
  @Mixin private final EmbeddedOptions embedded = new EmbeddedOptions();
  @Mixin private final PersonOptions person = new PersonOptions();

  DemoCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws InterruptedException {
    return run.follow(
        session,
        person.name(session),
        platform,
        listener -> session.backend().runner().demo(request(), listener));
  }

  private DemoRequest request() {
    if (rows < 1_000 || rows > MOST_ROWS) {
      throw CommandException.usage(
          "--rows has to be from 1,000 to %,d, found %,d".formatted(MOST_ROWS, rows));
    }
    return new DemoRequest(
        embedded.on(platform.embedded(session, "demo")),
        rows,
        Optional.ofNullable(certificate),
        person.name(session),
        run.acceptsExceptions());
  }
}
