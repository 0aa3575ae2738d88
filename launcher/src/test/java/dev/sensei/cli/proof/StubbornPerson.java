package dev.sensei.cli.proof;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Somebody who says a command again until it comes to its end, whatever is killed meanwhile. */
final class StubbornPerson {
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final Pattern ID = Pattern.compile("m-\\d{8}-\\d{6}-[0-9a-f]+");
  private static final int WAITS_FOR_A_PERSON = 4;
  private static final int SOMETHING_IS_AWAY = 2;
  private static final Pattern AWAY = Pattern.compile("did not answer|connecting to database");

  /** How a command has to end. */
  @FunctionalInterface
  interface Wanted {
    boolean holds(SenseiProcess ended) throws IOException;
  }

  private final List<String> interrupted = new ArrayList<>();
  private volatile Optional<SenseiProcess> process = Optional.empty();
  private volatile Optional<String> migration = Optional.empty();
  private volatile boolean givenUp;

  /** Says it until it ends with this code; only what others do to the system may be in the way. */
  SenseiProcess insist(int exitCode, Service.Start command) throws Exception {
    return insist(ended -> ended.exitCode().orElseThrow() == exitCode, command);
  }

  /** Says it until it ends as wanted. */
  SenseiProcess insist(Wanted wanted, Service.Start command) throws Exception {
    while (true) {
      SenseiProcess said = command.process();
      process = Optional.of(said);
      int code = said.awaitEnd(LIMIT);
      if (wanted.holds(said)) {
        return said;
      }
      if (givenUp) {
        throw new AssertionError("given up");
      }
      boolean excused =
          switch (code) {
            case SenseiProcess.KILLED, WAITS_FOR_A_PERSON -> true;
            case SOMETHING_IS_AWAY -> AWAY.matcher(said.output()).find();
            default -> false;
          };
      if (!excused) {
        throw new AssertionError("ended with %d:%n%s".formatted(code, said.output()));
      }
      interrupted.add(String.valueOf(code));
    }
  }

  /** The process that it waits for, or waited for last. */
  Optional<SenseiProcess> process() {
    return process;
  }

  /** The migration that it works on; empty until a process has named it. */
  Optional<String> migration() throws IOException {
    if (migration.isEmpty() && process.isPresent()) {
      migration = ID.matcher(process.get().output()).results().map(MatchResult::group).findFirst();
    }
    return migration;
  }

  /** Kills what runs, and says nothing again. */
  void giveUp() throws InterruptedException {
    givenUp = true;
    if (process.isPresent()) {
      process.get().kill();
    }
  }

  /** What follows is another migration. */
  void begin() {
    process = Optional.empty();
    migration = Optional.empty();
  }

  /** Exit codes of those that did not come to their end. */
  List<String> interrupted() {
    return List.copyOf(interrupted);
  }
}
