package dev.sensei.agents;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether Kafka answers; says so in the log once for each change. */
final class Reachability {
  private static final Logger LOG = LoggerFactory.getLogger(Reachability.class);

  private final String agentName;
  private final String kafka;
  private final AtomicBoolean away = new AtomicBoolean();

  Reachability(String agentName, String kafka) {
    this.agentName = agentName;
    this.kafka = kafka;
  }

  void lost() {
    if (away.compareAndSet(false, true)) {
      LOG.warn("{}: Kafka is not answering at {}; waiting", agentName, kafka);
    }
  }

  void found() {
    if (away.compareAndSet(true, false)) {
      LOG.info("{}: Kafka answers again at {}", agentName, kafka);
    }
  }

  boolean isAway() {
    return away.get();
  }
}
