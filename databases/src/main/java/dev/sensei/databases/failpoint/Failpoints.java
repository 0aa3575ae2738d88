package dev.sensei.databases.failpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the failpoints do in this process: read once from the system property {@value #SETTING} or
 * the environment variable of that name.
 *
 * <p>The setting is a list with semicolons, such as {@code
 * mid-chunk=halt@3;before-report=pause(/tmp/here)}. Actions:
 *
 * <ul>
 *   <li>{@code halt}: the process ends at once with code 137, no hook or finally runs, as after
 *       kill -9;
 *   <li>{@code throw}: {@link FailpointReached} is thrown;
 *   <li>{@code pause(file)}: the file is created, and the thread waits until somebody deletes it;
 *   <li>{@code sleep(milliseconds)}: the thread waits so long, 1 to 3,600,000.
 * </ul>
 *
 * An interrupt ends a wait at once.
 *
 * <p>{@code @n} strikes at the nth hit alone; without it, every hit does.
 */
public final class Failpoints {
  /** Name of the system property and of the environment variable. */
  public static final String SETTING = "SENSEI_FAILPOINTS";

  private static final Pattern RULE =
      Pattern.compile(
          "([a-z-]+)=(?:(halt)|(throw)|pause\\(([^)]+)\\)|sleep\\((\\d{1,7})\\))(?:@(\\d+))?");
  private static final long PAUSE_POLL_NANOS = 10_000_000;
  private static final long MOST_SLEEP_MILLIS = 3_600_000;
  private static final int HALT_CODE = 137;

  private static volatile Optional<Map<Failpoint, Rule>> rules = fromEnvironment();

  private Failpoints() {}

  private sealed interface Action {
    record Halt() implements Action {}

    record Throw() implements Action {}

    record Pause(Path file) implements Action {}

    record Sleep(Duration time) implements Action {}
  }

  private record Rule(Action action, long atHit, AtomicLong hits) {}

  /**
   * Replaces what was configured; for tests.
   *
   * @throws IllegalArgumentException where the text names no failpoint or no action
   */
  public static void configure(String setting) {
    rules = parse(setting);
  }

  /** Turns all failpoints off. */
  public static void clear() {
    rules = Optional.empty();
  }

  static void hit(Failpoint point) {
    Optional<Map<Failpoint, Rule>> armed = rules;
    if (armed.isEmpty()) {
      return;
    }
    Rule rule = armed.get().get(point);
    if (rule == null) {
      return;
    }
    long hit = rule.hits().incrementAndGet();
    if (rule.atHit() != 0 && rule.atHit() != hit) {
      return;
    }
    switch (rule.action()) {
      case Action.Halt halt -> Runtime.getRuntime().halt(HALT_CODE);
      case Action.Throw thrown -> throw new FailpointReached(point);
      case Action.Pause pause -> pause(pause.file());
      case Action.Sleep sleep -> sleep(sleep.time());
    }
  }

  private static void pause(Path file) {
    try {
      Files.writeString(file, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    while (Files.exists(file)) {
      LockSupport.parkNanos(PAUSE_POLL_NANOS);
      if (Thread.currentThread().isInterrupted()) {
        return;
      }
    }
  }

  private static void sleep(Duration time) {
    long begun = System.nanoTime();
    long left = time.toNanos();
    while (left > 0 && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(left);
      left = time.toNanos() - (System.nanoTime() - begun);
    }
  }

  private static Optional<Map<Failpoint, Rule>> fromEnvironment() {
    String setting = System.getProperty(SETTING);
    if (setting == null) {
      setting = System.getenv(SETTING);
    }
    return setting == null ? Optional.empty() : parse(setting);
  }

  private static Optional<Map<Failpoint, Rule>> parse(String setting) {
    Map<Failpoint, Rule> parsed = new EnumMap<>(Failpoint.class);
    for (String text : setting.split(";", -1)) {
      if (text.isBlank()) {
        continue;
      }
      Matcher matcher = RULE.matcher(text.strip());
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            SETTING
                + ": expected name=halt|throw|pause(file)|sleep(milliseconds)[@n], found: "
                + text);
      }
      String label = matcher.group(1);
      Failpoint point =
          Failpoint.named(label)
              .orElseThrow(() -> new IllegalArgumentException(SETTING + ": no failpoint " + label));
      String at = matcher.group(6);
      parsed.put(
          point, new Rule(action(matcher), at == null ? 0 : Long.parseLong(at), new AtomicLong()));
    }
    return parsed.isEmpty() ? Optional.empty() : Optional.of(parsed);
  }

  private static Action action(Matcher matcher) {
    if (matcher.group(2) != null) {
      return new Action.Halt();
    }
    if (matcher.group(3) != null) {
      return new Action.Throw();
    }
    if (matcher.group(4) != null) {
      return new Action.Pause(Path.of(matcher.group(4)));
    }
    long millis = Long.parseLong(matcher.group(5));
    if (millis < 1 || millis > MOST_SLEEP_MILLIS) {
      throw new IllegalArgumentException(
          "%s: expected sleep(milliseconds) from 1 to %d, found %d"
              .formatted(SETTING, MOST_SLEEP_MILLIS, millis));
    }
    return new Action.Sleep(Duration.ofMillis(millis));
  }
}
