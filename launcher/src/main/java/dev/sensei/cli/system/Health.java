package dev.sensei.cli.system;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Whether what a connection depends on still works; whoever waits looks here. Safe for threads. */
final class Health {
  private final AtomicReference<Optional<String>> failure = new AtomicReference<>(Optional.empty());

  /** Notes what failed; the first counts. */
  void failed(String why) {
    failure.compareAndSet(Optional.empty(), Optional.of(why));
  }

  /**
   * Lets whoever waits go on where nothing failed.
   *
   * @throws CommandException with what failed
   */
  void check() {
    Optional<String> why = failure.get();
    if (why.isPresent()) {
      throw new CommandException(
          ExitCode.INTERNAL_ERROR,
          "%s; the same command again goes on where this one stopped".formatted(why.get()));
    }
  }
}
