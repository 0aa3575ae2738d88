package dev.sensei.agents.health;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Serves {@code /health} and {@code /metrics} over HTTP, as plain text. Health is 200 where the
 * agent has joined its group and Kafka answers, else 503; either with a word on why.
 */
public final class HealthServer implements AutoCloseable {
  /** What an agent says of its health. */
  public enum Health {
    READY(200, "ready"),
    STARTING(503, "starting: not every slot has its tasks assigned"),
    WAITING(503, "waiting: Kafka is not answering");

    private final int status;
    private final String text;

    Health(int status, String text) {
      this.status = status;
      this.text = text;
    }
  }

  private final HttpServer server;
  private final ExecutorService threads;

  private HealthServer(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Begins to serve.
   *
   * @param host the address to listen on
   * @param port the port, 0 for any free one
   * @param health asked at each request
   * @param metrics numbers by name, asked at each request
   * @throws UncheckedIOException where the port cannot be had
   */
  public static HealthServer start(
      String host, int port, Supplier<Health> health, Supplier<Map<String, Long>> metrics) {
    HttpServer server;
    try {
      server = HttpServer.create(new InetSocketAddress(host, port), 0);
    } catch (IOException failed) {
      throw new UncheckedIOException(
          "expected to serve health at %s:%d, the port could not be had".formatted(host, port),
          failed);
    }
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(threads);
    server.createContext(
        "/health",
        exchange -> {
          Health now = health.get();
          answer(exchange, now.status, now.text + "\n");
        });
    server.createContext("/metrics", exchange -> answer(exchange, 200, text(metrics.get())));
    server.start();
    return new HealthServer(server, threads);
  }

  /** The port it listens on. */
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }

  private static String text(Map<String, Long> metrics) {
    StringBuilder text = new StringBuilder();
    metrics.forEach((name, value) -> text.append(name).append(' ').append(value).append('\n'));
    return text.toString();
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    try (exchange) {
      byte[] body = text.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
