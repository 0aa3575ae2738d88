package dev.sensei.cli.system;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** The id under which this data directory's installation claims targets; made once and kept. */
final class Installation {
  private static final String FILE = "installation";

  private Installation() {}

  /**
   * The id.
   *
   * @throws CommandException where the directory cannot be written
   */
  static String of(Path dataDirectory) {
    Path file = dataDirectory.resolve(FILE);
    try {
      Files.createDirectories(dataDirectory);
      if (!Files.exists(file)) {
        Path draft = dataDirectory.resolve("." + FILE + "." + UUID.randomUUID());
        Files.writeString(draft, UUID.randomUUID().toString());
        try {
          // A link, unlike a rename, fails where another process was first; its id is then the one.
          Files.createLink(file, draft);
        } catch (FileAlreadyExistsException first) {
          return Files.readString(file).strip();
        } finally {
          Files.delete(draft);
        }
      }
      return Files.readString(file).strip();
    } catch (IOException failed) {
      throw new CommandException(
          ExitCode.USAGE,
          "the data directory %s cannot be written (%s); give another with --data-dir"
              .formatted(dataDirectory, failed.getClass().getSimpleName()),
          failed);
    }
  }
}
