package dev.sensei.cli.command;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.Session;
import dev.sensei.cli.display.Summary;
import dev.sensei.cli.run.PlatformLocation;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say where the platform is. */
public final class PlatformOptions {
  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description =
          "Where keys and the embedded platform's state are kept (else SENSEI_DATA_DIR, else"
              + " ~/.local/state/sensei).")
  private @Nullable String dataDirectory;

  @Option(
      names = "--kafka",
      paramLabel = "HOST:PORT,...",
      description = "Bootstrap servers of services that run elsewhere (else SENSEI_KAFKA).")
  private @Nullable String kafka;

  @Option(
      names = "--registry",
      paramLabel = "URL",
      description = "Their schema registry (else SENSEI_REGISTRY).")
  private @Nullable String registry;

  @Option(names = "--gateway", paramLabel = "URL", description = "Not built yet.")
  private @Nullable String gateway;

  /** Where the platform is, embedded or separate. */
  PlatformLocation location(Session session) {
    refuseGateway();
    Path directory = dataDirectory(session);
    Optional<String> servers =
        Optional.ofNullable(kafka).or(() -> session.variable("SENSEI_KAFKA"));
    Optional<String> schemas =
        Optional.ofNullable(registry).or(() -> session.variable("SENSEI_REGISTRY"));
    if (servers.isEmpty() && schemas.isEmpty()) {
      return new PlatformLocation.Embedded(directory);
    }
    if (servers.isEmpty() || schemas.isEmpty()) {
      throw CommandException.usage(
          "services that run elsewhere need both --kafka HOST:PORT and --registry URL; found one");
    }
    checkServers(servers.get());
    checkUrl(schemas.get());
    return new PlatformLocation.Separate(directory, servers.get(), schemas.get());
  }

  /**
   * What was given of it, so that another command can be told to work with the same: empty, or
   * options behind a space each, as a shell takes them.
   */
  String asGiven() {
    StringBuilder options = new StringBuilder();
    append(options, "--data-dir", dataDirectory);
    append(options, "--kafka", kafka);
    append(options, "--registry", registry);
    return options.toString();
  }

  private static void append(StringBuilder options, String name, @Nullable String value) {
    if (value != null) {
      options.append(' ').append(name).append(' ').append(Summary.quoted(value));
    }
  }

  /** Where the embedded platform is; a separate one is refused. */
  PlatformLocation.Embedded embedded(Session session, String command) {
    refuseGateway();
    if (kafka != null || registry != null) {
      throw CommandException.usage(
          command + " starts its own platform; leave --kafka and --registry out");
    }
    return new PlatformLocation.Embedded(dataDirectory(session));
  }

  /** The data directory: the option, the variable, the default. */
  Path dataDirectory(Session session) {
    String name =
        Optional.ofNullable(dataDirectory).or(() -> session.variable("SENSEI_DATA_DIR")).orElse("");
    try {
      return name.isEmpty()
          ? session.home().resolve(".local").resolve("state").resolve("sensei")
          : Path.of(name).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new CommandException(ExitCode.USAGE, "the data directory is no path; give another", e);
    }
  }

  private void refuseGateway() {
    if (gateway != null) {
      throw CommandException.usage(
          "--gateway is not built yet; leave it out for the embedded platform, or give --kafka"
              + " and --registry for services that run elsewhere");
    }
  }

  private static void checkServers(String servers) {
    for (String server : servers.split(",", -1)) {
      if (!server.matches("(\\[[0-9A-Fa-f:]+\\]|[^:\\s\\[\\]]+):[0-9]{1,5}")) {
        throw CommandException.usage(
            "--kafka has to be HOST:PORT, more of them joined by commas; found \"%s\""
                .formatted(server));
      }
    }
  }

  private static void checkUrl(String url) {
    try {
      URI uri = new URI(url);
      if (uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        return;
      }
    } catch (URISyntaxException e) {
      throw new CommandException(
          ExitCode.USAGE, "--registry has to be a URL, http://HOST:PORT/path", e);
    }
    throw CommandException.usage("--registry has to be a URL, http://HOST:PORT/path");
  }
}
