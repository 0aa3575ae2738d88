package dev.sensei.orchestrator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Tells over HTTP, on loopback, whether the orchestrator is ready and what it has counted: {@code
 * /health} as JSON with status 200 or 503, {@code /metrics} as Prometheus reads it.
 */
final class HealthServer implements AutoCloseable {
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;

  private final Optional<HttpServer> server;

  private HealthServer(Optional<HttpServer> server) {
    this.server = server;
  }

  /**
   * @throws UncheckedIOException where the port is taken
   */
  static HealthServer start(
      OptionalInt port, BooleanSupplier ready, Supplier<Map<String, Long>> numbers) {
    if (port.isEmpty()) {
      return new HealthServer(Optional.empty());
    }
    try {
      HttpServer server =
          HttpServer.create(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), port.getAsInt()), 0);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.createContext(
          "/health",
          exchange -> {
            boolean up = ready.getAsBoolean();
            answer(exchange, up ? OK : UNAVAILABLE, "application/json", json(up, numbers.get()));
          });
      server.createContext(
          "/metrics", exchange -> answer(exchange, OK, "text/plain", metrics(numbers.get())));
      server.start();
      return new HealthServer(Optional.of(server));
    } catch (IOException failed) {
      throw new UncheckedIOException(
          "port %d on loopback is not to be had: %s; choose another"
              .formatted(port.getAsInt(), failed.getMessage()),
          failed);
    }
  }

  OptionalInt port() {
    return server.isPresent()
        ? OptionalInt.of(server.get().getAddress().getPort())
        : OptionalInt.empty();
  }

  private static String json(boolean ready, Map<String, Long> numbers) {
    String counts =
        numbers.entrySet().stream()
            .map(entry -> "\"%s\":%d".formatted(entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(","));
    return "{\"service\":\"orchestrator\",\"ready\":%s,\"counts\":{%s}}\n".formatted(ready, counts);
  }

  private static String metrics(Map<String, Long> numbers) {
    return numbers.entrySet().stream()
        .map(
            entry ->
                "sensei_orchestrator_%s %d\n"
                    .formatted(entry.getKey().replace('.', '_'), entry.getValue()))
        .collect(Collectors.joining());
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    try (exchange) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    server.ifPresent(started -> started.stop(0));
  }
}
