package dev.sensei.cli.command;

import dev.sensei.cli.Session;
import dev.sensei.cli.display.ProgressDisplay;
import dev.sensei.cli.display.Summary;
import dev.sensei.cli.run.RunListener;
import dev.sensei.cli.run.RunResult;
import picocli.CommandLine.Option;

/** Options of a run that is followed to its end, and the following itself. */
public final class RunOptions {
  @Option(names = "--yes", description = "Approve the plan without asking; accepts no exceptions.")
  private boolean yes;

  @Option(
      names = "--accept-exceptions",
      description = "Accept what is left behind or deviates; each is named on the certificate.")
  private boolean acceptExceptions;

  @Option(
      names = "--json",
      description = "One document on standard output, everything else on standard error.")
  private boolean json;

  /** Whether exceptions and deviations are accepted. */
  boolean acceptsExceptions() {
    return acceptExceptions;
  }

  /** A run. */
  interface Run {
    RunResult with(RunListener listener) throws InterruptedException;
  }

  /** Carries out a run: shows how far it is, asks for approval, prints how it ended. */
  int follow(Session session, String person, PlatformOptions platform, Run run)
      throws InterruptedException {
    var messages = json ? session.err() : session.out();
    RunResult result;
    Thread farewell =
        new Thread(
            () ->
                session
                    .err()
                    .println(
                        "\n"
                            + "sensei: interrupted; the same command again goes on where this one"
                            + " stopped"),
            "sensei-farewell");
    Runtime.getRuntime().addShutdownHook(farewell);
    try (ProgressDisplay display =
        ProgressDisplay.of(session.screen(), messages, System::nanoTime)) {
      result =
          run.with(
              new PersonListener(
                  session, display, messages, person, platform.asGiven(), yes, acceptExceptions));
    } finally {
      forget(farewell);
    }
    if (json) {
      session.out().println(result.document().toJson());
    } else {
      Summary.lines(result.document(), platform.asGiven()).forEach(session.out()::println);
    }
    return result.exitCode().code();
  }

  private static void forget(Thread farewell) {
    try {
      var _ = Runtime.getRuntime().removeShutdownHook(farewell);
    } catch (IllegalStateException ending) {
      // The process is ending already, and says so.
    }
  }
}
