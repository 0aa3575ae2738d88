package dev.sensei.cli.proof;

import dev.sensei.schemas.Topics.Agent;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Strikes at a system that works, one strike after the other, and starts again what has ended, as
 * those who keep services running do.
 */
final class KillsAtRandom implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KillsAtRandom.class);
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Duration LONGEST_FREEZE = Duration.ofSeconds(8);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(3);
  private static final Duration COMMAND_TAKES = Duration.ofSeconds(2);
  private static final Duration COMMAND_LIMIT = Duration.ofMinutes(2);
  private static final int LOG_TAIL = 2_000;
  private static final String SESSIONS =
      "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'sensei%'"
          + " AND datname = current_database() ORDER BY pid";

  private final SeparateSystem system;
  private final StubbornPerson person;
  private final List<String> workers;
  private final ScheduledExecutorService later = Executors.newScheduledThreadPool(4);
  private final Map<Strike.Kind, Integer> struck = new EnumMap<>(Strike.Kind.class);
  private final Map<String, Integer> endedByThemselves = new TreeMap<>();
  private final List<String> history = new ArrayList<>();
  private final List<Future<?>> lasting = new ArrayList<>();
  private final Future<?> supervision;
  private int missed;

  KillsAtRandom(SeparateSystem system, StubbornPerson person, int workers) throws IOException {
    this.system = system;
    this.person = person;
    this.workers = IntStream.rangeClosed(1, workers).mapToObj(n -> "worker-" + n).toList();
    for (String worker : this.workers) {
      system.addWorker(worker);
    }
    supervision =
        later.scheduleWithFixedDelay(
            this::startAgain, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void startAgain() {
    try {
      for (Service service :
          Stream.concat(Stream.of(system.platformProcess()), system.services().stream()).toList()) {
        int code = service.process().exitCode().orElse(0);
        if (service.startAgain() && code != SenseiProcess.KILLED) {
          synchronized (this) {
            endedByThemselves.merge(service.name() + " with " + code, 1, Integer::sum);
          }
        }
      }
    } catch (IOException failed) {
      LOG.error("a service does not start again", failed);
    }
  }

  /** Does it, at once. */
  void strike(Strike strike, ProofDatabase source, ProofDatabase target) throws Exception {
    boolean hit =
        switch (strike.kind()) {
          case WORKER_KILLED -> kill(system.service(strike.among(workers)));
          case ORCHESTRATOR_KILLED -> kill(system.service(SeparateSystem.ORCHESTRATOR));
          case AGENT_KILLED ->
              kill(
                  system.service(
                      strike.among(List.of(Agent.SCOUT, Agent.ARCHITECT, Agent.VALIDATOR)).id()));
          case PLATFORM_KILLED -> kill(system.platformProcess());
          case PERSON_KILLED -> killPerson();
          case WORKER_FROZEN -> freeze(strike);
          case TARGET_SESSION_ENDED -> endSession(strike, target);
          case SOURCE_SESSION_ENDED -> endSession(strike, source);
          case TARGET_CRASHED -> crash(target);
          case SOURCE_CRASHED -> crash(source);
          case PAUSED_AND_RESUMED -> pause(strike);
        };
    if (hit) {
      struck.merge(strike.kind(), 1, Integer::sum);
    } else {
      missed++;
    }
    history.add("%s %s%s".formatted(Instant.now(), strike, hit ? "" : ", which met nobody"));
    LOG.info("{}", history.getLast());
  }

  private static boolean kill(Service service) throws InterruptedException {
    service.kill();
    return true;
  }

  private boolean killPerson() throws InterruptedException {
    if (person.process().isEmpty()) {
      return false;
    }
    person.process().get().kill();
    return true;
  }

  private boolean freeze(Strike strike) throws Exception {
    SenseiProcess worker = system.service(strike.among(workers)).process();
    worker.freeze();
    afterwards(strike.lasting(LONGEST_FREEZE), worker::thaw);
    return true;
  }

  private boolean pause(Strike strike) throws IOException {
    if (person.migration().isEmpty()) {
      return false;
    }
    String id = person.migration().get();
    // Either may come at the wrong moment: then it is refused, or Kafka is away.
    afterwards(Duration.ZERO, () -> system.startAsking("pause", id).awaitEnd(COMMAND_LIMIT));
    afterwards(
        COMMAND_TAKES.plus(strike.lasting(LONGEST_PAUSE)),
        () -> system.startAsking("resume", id).awaitEnd(COMMAND_LIMIT));
    return true;
  }

  private void afterwards(Duration delay, SeparateSystem.Action action) {
    lasting.add(
        later.schedule(
            () -> {
              action.run();
              return true;
            },
            delay.toMillis(),
            TimeUnit.MILLISECONDS));
  }

  private static boolean endSession(Strike strike, ProofDatabase database) throws SQLException {
    try {
      List<String> sessions = database.rows(SESSIONS);
      return !sessions.isEmpty()
          && database
              .rows("SELECT pg_terminate_backend(%s)".formatted(strike.among(sessions)))
              .contains("t");
    } catch (SQLException recovering) {
      return false;
    }
  }

  /** A process of the server's that is killed takes all others with it. */
  private static boolean crash(ProofDatabase database) {
    try {
      String walWriter =
          database
              .rows("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'")
              .getFirst();
      return ProcessHandle.of(Long.parseLong(walWriter))
          .filter(ProcessHandle::destroyForcibly)
          .isPresent();
    } catch (SQLException recovering) {
      return false;
    }
  }

  /** Waits until all that was struck is there again. */
  void awaitCalm(ProofDatabase source, ProofDatabase target) throws Exception {
    for (Future<?> each : lasting) {
      each.get();
    }
    lasting.clear();
    Awaitility.await("the databases are back")
        .atMost(COMMAND_LIMIT)
        .until(() -> source.answers() && target.answers());
    system.awaitPlatform();
  }

  /** What met somebody. */
  Set<Strike.Kind> struck() {
    return struck.keySet();
  }

  /** What was struck, how often, and what else ended. */
  synchronized String summary() {
    return "struck %s, %d met nobody; ended by themselves: %s; the person's commands that were cut off, by exit code: %s"
        .formatted(struck, missed, endedByThemselves, person.interrupted());
  }

  /** All that helps to understand why a system does not come to its end. */
  String diagnosis(ProofDatabase target) throws IOException {
    StringBuilder told = new StringBuilder(summary());
    history.forEach(line -> told.append('\n').append(line));
    told.append("\n--- the person's command\n");
    if (person.process().isPresent()) {
      told.append(tail(person.process().get()));
    }
    for (Service service :
        Stream.concat(Stream.of(system.platformProcess()), system.services().stream()).toList()) {
      told.append("\n--- ").append(service.name()).append('\n').append(tail(service.process()));
    }
    try {
      told.append("\n--- sessions in the target\n");
      target
          .rows(
              "SELECT concat_ws(' ', pid, application_name, state, wait_event_type, wait_event,"
                  + " now() - state_change, pg_blocking_pids(pid)) FROM pg_stat_activity"
                  + " WHERE application_name LIKE 'sensei%'")
          .forEach(session -> told.append(session).append('\n'));
    } catch (SQLException away) {
      told.append(away.getSQLState());
    }
    return told.toString();
  }

  private static String tail(SenseiProcess process) throws IOException {
    String output = process.output();
    return output.substring(Math.max(0, output.length() - LOG_TAIL));
  }

  /** Lets nothing start again any more. */
  @Override
  public void close() {
    supervision.cancel(false);
    later.shutdownNow();
  }
}
