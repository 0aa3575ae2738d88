package dev.sensei.schemas;

import dev.sensei.schemas.common.TaskKind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.utils.Utils;

/**
 * Every topic of the system: its name, how many partitions it has, and how long it is kept.
 *
 * <p>All topics but the task topics are partitioned by migration id, whatever their key, so that
 * what belongs to one migration stays in one order. A task topic has one partition: share groups
 * assign partitions to members, and one partition spreads its records over all of them.
 */
public final class Topics {
  /** What people ask; written by the command line and the gateway. */
  public static final String COMMANDS = "sensei.commands";

  /** What agents answer. */
  public static final String REPORTS = "sensei.reports";

  /** What happened, chained by hash, kept for ever; written by the orchestrator alone. */
  public static final String JOURNAL = "sensei.journal";

  /** The state that the journal amounts to, compacted; written by the orchestrator alone. */
  public static final String STATE = "sensei.state";

  /** How far chunks are; kept for an hour. */
  public static final String PROGRESS = "sensei.progress";

  /** Records that could not be read or decided, with the reason in their headers. */
  public static final String DEAD_LETTERS = "sensei.dead-letters";

  /** Partitions of every topic that is partitioned by migration. */
  public static final int MIGRATION_PARTITIONS = 4;

  /**
   * The largest record, in bytes, that reports, journal and dead letters take: the catalog of a
   * large target, or a plan with all its statements, is one record.
   */
  public static final int LARGEST_RECORD_BYTES = 8 << 20;

  private static final String TASKS = "sensei.tasks.";
  private static final long HOUR_MILLIS = 3_600_000L;
  private static final long DAY_MILLIS = 24 * HOUR_MILLIS;

  private Topics() {}

  /**
   * A topic to be made.
   *
   * @param name the topic's name
   * @param partitions how many partitions it has
   * @param configuration Kafka's settings of the topic, by their names
   */
  public record Definition(String name, int partitions, Map<String, String> configuration) {
    public Definition {
      configuration = Map.copyOf(configuration);
    }
  }

  /** The kinds of agent; each has a task topic, and a share group of the same name. */
  public enum Agent {
    SCOUT,
    ARCHITECT,
    WORKER,
    VALIDATOR;

    /** The name used in topics, groups and on the command line, such as {@code scout}. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The topic that this kind's tasks arrive on. */
    public String taskTopic() {
      return TASKS + id();
    }

    /** The share group that this kind's tasks are handed out through. */
    public String shareGroup() {
      return "sensei." + id();
    }

    /** The kind of agent that does a kind of task. */
    public static Agent of(TaskKind kind) {
      return switch (kind) {
        case ANALYZE_DATABASES, KEEP_SNAPSHOT -> SCOUT;
        case PLAN_MIGRATION -> ARCHITECT;
        case PREPARE_TARGET,
            PREPARE_TABLE,
            COPY_CHUNK,
            CHECK_TABLE,
            COMPLETE_TABLE,
            ADD_FOREIGN_KEYS,
            MOVE_GROUP,
            ADD_GROUP_FOREIGN_KEYS,
            RESOLVE_ERRORS,
            FINISH_TARGET,
            ROLL_BACK_TABLE,
            ROLL_BACK_TARGET,
            RELEASE_TARGET ->
            WORKER;
        case VALIDATE_TABLE,
            VALIDATE_GROUP,
            VALIDATE_REFERENCES,
            RECONCILE_LEDGER,
            VALIDATE_STRUCTURE,
            CERTIFY_MIGRATION ->
            VALIDATOR;
        case UNKNOWN ->
            throw new IllegalArgumentException("a task of an unknown kind has no agent");
      };
    }
  }

  /** Every topic, as it has to be before the first service starts. */
  public static List<Definition> all() {
    return List.of(
        kept(COMMANDS, MIGRATION_PARTITIONS, 7 * DAY_MILLIS),
        large(REPORTS, 7 * DAY_MILLIS),
        new Definition(
            JOURNAL,
            MIGRATION_PARTITIONS,
            Map.of(
                "retention.ms",
                "-1",
                "retention.bytes",
                "-1",
                "max.message.bytes",
                Integer.toString(LARGEST_RECORD_BYTES))),
        new Definition(STATE, MIGRATION_PARTITIONS, Map.of("cleanup.policy", "compact")),
        kept(Agent.SCOUT.taskTopic(), 1, 7 * DAY_MILLIS),
        kept(Agent.ARCHITECT.taskTopic(), 1, 7 * DAY_MILLIS),
        kept(Agent.WORKER.taskTopic(), 1, 7 * DAY_MILLIS),
        kept(Agent.VALIDATOR.taskTopic(), 1, 7 * DAY_MILLIS),
        kept(PROGRESS, MIGRATION_PARTITIONS, HOUR_MILLIS),
        large(DEAD_LETTERS, 30 * DAY_MILLIS));
  }

  /**
   * The partition that a migration's records are on, in every topic that is partitioned by
   * migration.
   */
  public static int partitionOf(String migrationId) {
    byte[] key = migrationId.getBytes(StandardCharsets.UTF_8);
    return Utils.toPositive(Utils.murmur2(key)) % MIGRATION_PARTITIONS;
  }

  private static Definition kept(String name, int partitions, long millis) {
    return new Definition(name, partitions, Map.of("retention.ms", Long.toString(millis)));
  }

  private static Definition large(String name, long millis) {
    return new Definition(
        name,
        MIGRATION_PARTITIONS,
        Map.of(
            "retention.ms", Long.toString(millis),
            "max.message.bytes", Integer.toString(LARGEST_RECORD_BYTES)));
  }
}
