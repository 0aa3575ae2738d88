package dev.sensei.agents;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings that a share group has to have before its first member: from the first task on, and
 * committed ones only.
 */
final class ShareGroupSettings {
  private static final Logger LOG = LoggerFactory.getLogger(ShareGroupSettings.class);

  /**
   * How often Kafka hands a task out before it drops it silently: well above the orchestrator's
   * attempts, each of which is a task of its own, so that the orchestrator decides what is poison.
   */
  private static final int DELIVERIES = 25;

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(500);

  private final AgentSettings settings;
  private final Reachability reachability;

  ShareGroupSettings(AgentSettings settings, Reachability reachability) {
    this.settings = settings;
    this.reachability = reachability;
  }

  /**
   * Sets them; waits for Kafka until the agent stops.
   *
   * @throws IllegalStateException where Kafka refuses them
   */
  void apply(Stopping stopping) throws InterruptedException {
    try (Admin admin =
        Admin.create(
            Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                settings.kafka(),
                AdminClientConfig.CLIENT_ID_CONFIG,
                settings.clientId("admin"),
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                3_000,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                5_000))) {
      do {
        try {
          admin.incrementalAlterConfigs(Map.of(group(), operations())).all().get();
          allowDeliveries(admin);
          reachability.found();
          return;
        } catch (ExecutionException failed) {
          if (!(failed.getCause() instanceof RetriableException)) {
            throw refused(failed.getCause());
          }
          reachability.lost();
        }
      } while (!stopping.within(BETWEEN_TRIES));
    }
  }

  /** Apart from the others: a broker may allow fewer, which is no reason not to work. */
  private void allowDeliveries(Admin admin) throws ExecutionException, InterruptedException {
    try {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  group(),
                  List.of(set("share.delivery.count.limit", Integer.toString(DELIVERIES)))))
          .all()
          .get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof RetriableException) {
        throw failed;
      }
      LOG.warn(
          "Kafka does not let share group {} have share.delivery.count.limit={}: a task whose"
              + " agents are lost more often than the broker's limit is dropped silently, and comes"
              + " again only after its timeout; set group.share.max.delivery.count.limit={} on the"
              + " brokers",
          settings.agent().shareGroup(),
          DELIVERIES,
          DELIVERIES);
    }
  }

  private IllegalStateException refused(@Nullable Throwable cause) {
    return new IllegalStateException(
        "expected Kafka to take the settings of share group %s, it refused: %s"
            .formatted(settings.agent().shareGroup(), cause == null ? "" : cause.getMessage()),
        cause);
  }

  private ConfigResource group() {
    return new ConfigResource(ConfigResource.Type.GROUP, settings.agent().shareGroup());
  }

  private List<AlterConfigOp> operations() {
    List<AlterConfigOp> operations = new ArrayList<>();
    operations.add(set("share.auto.offset.reset", "earliest"));
    operations.add(set("share.isolation.level", "read_committed"));
    settings
        .lease()
        .ifPresent(
            lease ->
                operations.add(
                    set("share.record.lock.duration.ms", Long.toString(lease.toMillis()))));
    return operations;
  }

  private static AlterConfigOp set(String name, String value) {
    return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
  }
}
