package dev.sensei.agents;

import dev.sensei.schemas.Topics.Agent;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * How an agent runs. Start from {@link #defaults}, or from {@link #fromEnvironment}.
 *
 * @param agent the kind of agent
 * @param name who reports; unique for each service
 * @param kafka Kafka's bootstrap servers, {@code SENSEI_KAFKA}
 * @param registry the root of the schema registry, {@code SENSEI_REGISTRY}
 * @param slots tasks in work at the same time, 1 to 200, {@code SENSEI_SLOTS}
 * @param mostSlots how many slots a measurement of the work may lead to, {@code slots} to 200,
 *     {@code SENSEI_MOST_SLOTS}; the same as {@code slots}: none is made, and all of them work
 * @param longLivedTasks long-lived tasks in work beside the slots, 0 to 200, {@code
 *     SENSEI_LONG_LIVED_TASKS}; one above this holds a slot
 * @param lease how long Kafka keeps a task for an agent that says nothing, {@code
 *     SENSEI_LEASE_MILLIS}; empty for what the brokers are set to, which allow 15 to 60 seconds
 *     unless told otherwise
 * @param heartbeatInterval between two signs of life of a task, whose first comes at once, {@code
 *     SENSEI_HEARTBEAT_INTERVAL_MILLIS}
 * @param progressInterval between two records of progress of a task, {@code
 *     SENSEI_PROGRESS_INTERVAL_MILLIS}
 * @param reportTimeout how long a report may wait for Kafka, {@code SENSEI_REPORT_TIMEOUT_MILLIS}
 * @param stopGrace how long tasks in work may take to stop when the agent stops, {@code
 *     SENSEI_STOP_GRACE_MILLIS}
 * @param journalWait how long a wanted record of the journal is waited for, {@code
 *     SENSEI_JOURNAL_WAIT_MILLIS}
 * @param healthHost the address that health is served at, {@code SENSEI_HEALTH_HOST}
 * @param healthPort the port that health is served at, 0 for any free one, {@code
 *     SENSEI_HEALTH_PORT}; empty for none
 */
public record AgentSettings(
    Agent agent,
    String name,
    String kafka,
    String registry,
    int slots,
    int mostSlots,
    int longLivedTasks,
    Optional<Duration> lease,
    Duration heartbeatInterval,
    Duration progressInterval,
    Duration reportTimeout,
    Duration stopGrace,
    Duration journalWait,
    String healthHost,
    OptionalInt healthPort) {
  private static final String DEFAULT_KAFKA = "127.0.0.1:9092";
  private static final String DEFAULT_REGISTRY = "http://127.0.0.1:8081/apis/ccompat/v7";
  private static final int NAME_DIGITS = 8;

  /** More connections than this at a time are asked for by a person. */
  private static final int MOST_BY_DEFAULT = 32;

  public AgentSettings {
    filled("name", name);
    filled("SENSEI_KAFKA", kafka);
    filled("SENSEI_REGISTRY", registry);
    within("SENSEI_SLOTS", slots, 1, 200);
    within("SENSEI_MOST_SLOTS", mostSlots, slots, 200);
    within("SENSEI_LONG_LIVED_TASKS", longLivedTasks, 0, 200);
    lease.ifPresent(given -> within("SENSEI_LEASE_MILLIS", given.toMillis(), 1_000, 3_600_000));
    within("SENSEI_HEARTBEAT_INTERVAL_MILLIS", heartbeatInterval.toMillis(), 100, 60_000);
    within("SENSEI_PROGRESS_INTERVAL_MILLIS", progressInterval.toMillis(), 0, 60_000);
    within("SENSEI_REPORT_TIMEOUT_MILLIS", reportTimeout.toMillis(), 1_000, 86_400_000);
    within("SENSEI_STOP_GRACE_MILLIS", stopGrace.toMillis(), 0, 600_000);
    within("SENSEI_JOURNAL_WAIT_MILLIS", journalWait.toMillis(), 100, 3_600_000);
    filled("SENSEI_HEALTH_HOST", healthHost);
    if (healthPort.isPresent()) {
      within("SENSEI_HEALTH_PORT", healthPort.getAsInt(), 0, 65_535);
    }
  }

  /**
   * A local agent of this kind. A worker starts with two slots for each processor, since a task
   * waits for its databases half of its time, and may come to twice as many; the others have two.
   */
  public static AgentSettings defaults(Agent agent) {
    return new AgentSettings(
        agent,
        newName(agent),
        DEFAULT_KAFKA,
        DEFAULT_REGISTRY,
        slotsOf(agent),
        mostSlotsOf(agent),
        32,
        Optional.empty(),
        Duration.ofSeconds(3),
        Duration.ofMillis(250),
        Duration.ofMinutes(10),
        Duration.ofSeconds(10),
        Duration.ofMinutes(1),
        "127.0.0.1",
        OptionalInt.empty());
  }

  /**
   * The defaults, with what the environment sets.
   *
   * @throws IllegalArgumentException where a variable cannot be read, or is out of its bounds
   */
  public static AgentSettings fromEnvironment(Agent agent, Map<String, String> environment) {
    AgentSettings defaults = defaults(agent);
    Variables variables = new Variables(environment);
    int slots =
        variables
            .number("SENSEI_SLOTS")
            .orElseGet(
                () ->
                    variables
                        .number("SENSEI_MOST_SLOTS")
                        .map(most -> Math.min(most, defaults.slots))
                        .orElse(defaults.slots));
    return new AgentSettings(
        agent,
        defaults.name,
        variables.text("SENSEI_KAFKA").orElse(defaults.kafka),
        variables.text("SENSEI_REGISTRY").orElse(defaults.registry),
        slots,
        variables
            .number("SENSEI_MOST_SLOTS")
            .orElse(variables.number("SENSEI_SLOTS").isPresent() ? slots : defaults.mostSlots),
        variables.number("SENSEI_LONG_LIVED_TASKS").orElse(defaults.longLivedTasks),
        variables.millis("SENSEI_LEASE_MILLIS").or(() -> defaults.lease),
        variables.millis("SENSEI_HEARTBEAT_INTERVAL_MILLIS").orElse(defaults.heartbeatInterval),
        variables.millis("SENSEI_PROGRESS_INTERVAL_MILLIS").orElse(defaults.progressInterval),
        variables.millis("SENSEI_REPORT_TIMEOUT_MILLIS").orElse(defaults.reportTimeout),
        variables.millis("SENSEI_STOP_GRACE_MILLIS").orElse(defaults.stopGrace),
        variables.millis("SENSEI_JOURNAL_WAIT_MILLIS").orElse(defaults.journalWait),
        variables.text("SENSEI_HEALTH_HOST").orElse(defaults.healthHost),
        variables.number("SENSEI_HEALTH_PORT").map(OptionalInt::of).orElse(defaults.healthPort));
  }

  /** The same, on another Kafka and registry. */
  public AgentSettings on(String otherKafka, String otherRegistry) {
    return new AgentSettings(
        agent,
        name,
        otherKafka,
        otherRegistry,
        slots,
        mostSlots,
        longLivedTasks,
        lease,
        heartbeatInterval,
        progressInterval,
        reportTimeout,
        stopGrace,
        journalWait,
        healthHost,
        healthPort);
  }

  /** The same, with another number of slots, that no measurement changes. */
  public AgentSettings withSlots(int number) {
    return new AgentSettings(
        agent,
        name,
        kafka,
        registry,
        number,
        number,
        longLivedTasks,
        lease,
        heartbeatInterval,
        progressInterval,
        reportTimeout,
        stopGrace,
        journalWait,
        healthHost,
        healthPort);
  }

  /** The same, with other times for leases, heartbeats and stopping. */
  public AgentSettings withTimes(
      Duration otherLease, Duration otherHeartbeatInterval, Duration otherStopGrace) {
    return new AgentSettings(
        agent,
        name,
        kafka,
        registry,
        slots,
        mostSlots,
        longLivedTasks,
        Optional.of(otherLease),
        otherHeartbeatInterval,
        progressInterval,
        reportTimeout,
        otherStopGrace,
        journalWait,
        healthHost,
        healthPort);
  }

  /** The same, serving health at a port of {@link #healthHost()}, 0 for any free one. */
  public AgentSettings withHealthPort(int port) {
    return new AgentSettings(
        agent,
        name,
        kafka,
        registry,
        slots,
        mostSlots,
        longLivedTasks,
        lease,
        heartbeatInterval,
        progressInterval,
        reportTimeout,
        stopGrace,
        journalWait,
        healthHost,
        OptionalInt.of(port));
  }

  /** The name that Kafka knows a client of this agent by. */
  String clientId(String purpose) {
    return name.replaceAll("[^A-Za-z0-9._-]", "-") + "-" + purpose;
  }

  private static int slotsOf(Agent agent) {
    return agent == Agent.WORKER
        ? Math.clamp(2L * Runtime.getRuntime().availableProcessors(), 4, MOST_BY_DEFAULT / 2)
        : 2;
  }

  private static int mostSlotsOf(Agent agent) {
    return agent == Agent.WORKER ? 2 * slotsOf(agent) : slotsOf(agent);
  }

  private static String newName(Agent agent) {
    return "%s@%s/%d/%s"
        .formatted(
            agent.id(),
            host(),
            ProcessHandle.current().pid(),
            UUID.randomUUID().toString().substring(0, NAME_DIGITS));
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException unnamed) {
      return "localhost";
    }
  }

  private static void filled(String what, String value) {
    if (value.isBlank()) {
      throw new IllegalArgumentException("expected " + what + " to be set, found it empty");
    }
  }

  private static void within(String what, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "expected %s from %d to %d, found %d".formatted(what, least, most, value));
    }
  }

  private record Variables(Map<String, String> environment) {
    Optional<String> text(String name) {
      return Optional.ofNullable(environment.get(name))
          .map(String::strip)
          .filter(value -> !value.isEmpty());
    }

    Optional<Integer> number(String name) {
      return text(name)
          .map(
              value -> {
                try {
                  return Integer.valueOf(value);
                } catch (NumberFormatException unreadable) {
                  throw new IllegalArgumentException(
                      "expected a whole number in %s, found '%s'".formatted(name, value),
                      unreadable);
                }
              });
    }

    Optional<Duration> millis(String name) {
      return number(name).map(Duration::ofMillis);
    }
  }
}
