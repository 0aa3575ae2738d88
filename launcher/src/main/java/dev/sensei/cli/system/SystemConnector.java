package dev.sensei.cli.system;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.run.MigrationControl;
import dev.sensei.cli.run.PlatformLocation;
import dev.sensei.platform.RunningPlatform;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;

/**
 * Connects to the platform of a location: services elsewhere, the one that runs on the data
 * directory now, or one started for this command.
 */
final class SystemConnector implements MigrationControl.Connector {

  @Override
  public MigrationControl connect(PlatformLocation platform, MigrationControl.Purpose purpose)
      throws InterruptedException {
    return switch (platform) {
      case PlatformLocation.Separate separate ->
          new SystemControl(
              Connection.to(new KafkaAddress(separate.kafka(), separate.registry())),
              separate.dataDirectory(),
              Optional.empty());
      case PlatformLocation.Embedded embedded -> embedded(embedded, purpose);
    };
  }

  private static MigrationControl embedded(
      PlatformLocation.Embedded embedded, MigrationControl.Purpose purpose)
      throws InterruptedException {
    Optional<RunningPlatform> running = RunningPlatform.find(embedded.dataDirectory());
    if (running.isPresent()) {
      return new SystemControl(
          Connection.to(
              new KafkaAddress(running.get().bootstrapServers(), running.get().registryUrl())),
          embedded.dataDirectory(),
          Optional.empty());
    }
    if (!Files.isDirectory(embedded.dataDirectory())) {
      throw CommandException.usage(
          "there is nothing in %s: no migration was ever run on it; give the right one with --data-dir"
              .formatted(embedded.dataDirectory()));
    }
    EmbeddedSystem system = EmbeddedSystem.start(embedded, Map.of(), purpose);
    boolean connected = false;
    try {
      SystemControl control =
          new SystemControl(
              Connection.to(system.kafka(), system.health()),
              embedded.dataDirectory(),
              Optional.of(system));
      connected = true;
      return control;
    } finally {
      if (!connected) {
        system.close();
      }
    }
  }
}
