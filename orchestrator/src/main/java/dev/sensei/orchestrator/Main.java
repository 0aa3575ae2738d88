package dev.sensei.orchestrator;

import dev.sensei.orchestrator.projection.ControlDatabase;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The orchestrator as a process of its own, configured by its environment. It ends cleanly on
 * SIGTERM.
 *
 * <ul>
 *   <li>{@code SENSEI_KAFKA}: Kafka
 *   <li>{@code SENSEI_REGISTRY}: the schema registry
 *   <li>{@code SENSEI_CONTROL_JDBC_URL}, {@code SENSEI_CONTROL_USER}, {@code
 *       SENSEI_CONTROL_PASSWORD}: the control database
 *   <li>{@code SENSEI_STATE_DIR}: where stores are kept
 *   <li>{@code SENSEI_INSTALLATION}: the installation's name
 *   <li>{@code SENSEI_HEALTH_PORT}: the port on loopback that tells how it does, 0 for a free one
 *   <li>{@code SENSEI_READY_PARTITIONS}: partitions to be had before it is ready; all by default
 * </ul>
 */
public final class Main {
  private static final Logger log = LoggerFactory.getLogger(Main.class);
  private static final int USAGE = 2;

  private Main() {}

  /** Runs until the process is told to end. */
  public static void main(String[] arguments) throws InterruptedException {
    OrchestratorSettings settings;
    try {
      settings = settings(System.getenv());
    } catch (IllegalArgumentException wrong) {
      System.err.println("orchestrator: " + wrong.getMessage());
      System.exit(USAGE);
      return;
    }
    CountDownLatch closed = new CountDownLatch(1);
    MissingTopics.create(settings.bootstrapServers());
    OrchestratorService service = OrchestratorService.start(settings);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("orchestrator-shutdown")
                .unstarted(
                    () -> {
                      service.close();
                      closed.countDown();
                    }));
    service.healthPort().ifPresent(port -> log.info("Health is told on port {}", port));
    closed.await();
  }

  static OrchestratorSettings settings(Map<String, String> environment) {
    OrchestratorSettings settings =
        OrchestratorSettings.of(
            required(environment, "SENSEI_KAFKA"),
            required(environment, "SENSEI_REGISTRY"),
            Path.of(required(environment, "SENSEI_STATE_DIR")),
            ControlDatabase.Settings.of(
                required(environment, "SENSEI_CONTROL_JDBC_URL"),
                required(environment, "SENSEI_CONTROL_USER"),
                environment.getOrDefault("SENSEI_CONTROL_PASSWORD", "")),
            required(environment, "SENSEI_INSTALLATION"));
    String partitions = environment.get("SENSEI_READY_PARTITIONS");
    if (partitions != null) {
      settings = settings.readyWith(number("SENSEI_READY_PARTITIONS", partitions));
    }
    String port = environment.get("SENSEI_HEALTH_PORT");
    return port == null ? settings : settings.withHealthPort(number("SENSEI_HEALTH_PORT", port));
  }

  private static String required(Map<String, String> environment, String name) {
    String value = environment.get(name);
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException(name + " is not set; set it and start again");
    }
    return value;
  }

  private static int number(String name, String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException wrong) {
      throw new IllegalArgumentException(
          "expected a number in %s, found '%s'".formatted(name, text), wrong);
    }
  }
}
