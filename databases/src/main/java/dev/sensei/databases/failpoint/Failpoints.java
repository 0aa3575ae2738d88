package dev.sensei.databases.failpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
 *   <li>{@code pause(file)}: the file is created, and the thread waits until somebody deletes it.
 * </ul>
 *
 * {@code @n} strikes at the nth hit alone; without it, every hit does.
 */
public final class Failpoints {
  /** Name of the system property and of the environment variable. */
  public static final String SETTING = "SENSEI_FAILPOINTS";

  private static final Pattern RULE =
      Pattern.compile("([a-z-]+)=(halt|throw|pause\\(([^)]+)\\))(?:@(\\d+))?");
  private static final long PAUSE_POLL_NANOS = 10_000_000;
  private static final int HALT_CODE = 137;

  private static volatile Optional<Map<Failpoint, Rule>> rules = fromEnvironment();

  private Failpoints() {}

  private sealed interface Action {
    record Halt() implements Action {}

    record Throw() implements Action {}

    record Pause(Path file) implements Action {}
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
            SETTING + ": expected name=halt|throw|pause(file)[@n], found: " + text);
      }
      String label = matcher.group(1);
      Failpoint point =
          Failpoint.named(label)
              .orElseThrow(() -> new IllegalArgumentException(SETTING + ": no failpoint " + label));
      Action action =
          switch (matcher.group(2)) {
            case "halt" -> new Action.Halt();
            case "throw" -> new Action.Throw();
            default -> new Action.Pause(Path.of(matcher.group(3)));
          };
      String at = matcher.group(4);
      parsed.put(point, new Rule(action, at == null ? 0 : Long.parseLong(at), new AtomicLong()));
    }
    return parsed.isEmpty() ? Optional.empty() : Optional.of(parsed);
  }
}
