package dev.sensei.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.utils.Time;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker that was killed, and that the cluster's metadata still take for one that serves.
 *
 * <p>Were it simply started again, it would first act on that metadata: it takes up the
 * transactions that were about to be committed, and then, as its new registration takes the
 * partitions' leader away for a moment, holds those partitions for deleted, writes no marker into
 * them and calls the transactions complete (Kafka 4.3.1: a partition without a leader and one that
 * does not exist look the same to the transaction coordinator). What was committed would never be
 * seen, and readers of those partitions would wait for ever. So the controller alone is started
 * first, and the broker's registration taken out: no partition has a leader, and none of that
 * begins before all of them have one again.
 *
 * @param properties Kafka's, of the broker with its controller
 * @param logs where its logs are
 * @param controller the controller's address, host:port
 */
record KilledBroker(Map<String, String> properties, Path logs, String controller) {
  private static final Logger log = LoggerFactory.getLogger(KilledBroker.class);
  private static final int NODE = 1;
  private static final Duration AGAIN = Duration.ofMillis(200);

  KilledBroker {
    properties = Map.copyOf(properties);
  }

  /** Whether the logs are those of a broker that was not shut down. */
  boolean isThere() {
    return Files.isDirectory(logs.resolve("__cluster_metadata-0"))
        && !Files.exists(logs.resolve(".kafka_cleanshutdown"));
  }

  /**
   * Takes its registration out.
   *
   * @param limit how long that may take
   */
  void unregister(Duration limit) throws IOException {
    long from = System.nanoTime();
    long deadline = from + limit.toNanos();
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(alone(), false), Time.SYSTEM);
    server.startup();
    try (Admin admin =
        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_CONTROLLERS_CONFIG, controller))) {
      while (!unregistered(admin, deadline)) {
        Thread.sleep(AGAIN);
      }
    } catch (ExecutionException refused) {
      throw new IOException("The killed broker could not be unregistered", refused);
    } catch (TimeoutException late) {
      throw new IOException("The killed broker was not unregistered within " + limit, late);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while a killed broker was unregistered", interrupted);
    } finally {
      server.shutdown();
      server.awaitShutdown();
    }
    log.info(
        "The broker that was killed is unregistered after {} ms",
        (System.nanoTime() - from) / 1_000_000);
  }

  /** Whether it is; a controller that still reads its log says that there is no controller yet. */
  private static boolean unregistered(Admin admin, long deadline)
      throws ExecutionException, TimeoutException, InterruptedException {
    try {
      long left = Math.max(1, deadline - System.nanoTime());
      admin.unregisterBroker(NODE).all().get(left, TimeUnit.NANOSECONDS);
      return true;
    } catch (ExecutionException refused) {
      if (refused.getCause() instanceof BrokerIdNotRegisteredException) {
        return true;
      }
      if (refused.getCause() instanceof RetriableException && System.nanoTime() < deadline) {
        return false;
      }
      throw refused;
    }
  }

  private Map<String, String> alone() {
    Map<String, String> alone = new LinkedHashMap<>(properties);
    alone.put("process.roles", "controller");
    alone.put("listeners", "CONTROLLER://" + controller);
    alone.remove("advertised.listeners");
    alone.remove("inter.broker.listener.name");
    return alone;
  }
}
