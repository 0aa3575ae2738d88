package dev.sensei.cli.command;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.run.ErrorQueueAccess;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A new file of decrypted rows as JSON lines, which only its owner can read. None is left behind
 * that is not whole.
 *
 * @param err where it is said that one could not be deleted
 */
record DecryptedRows(Path file, PrintWriter err) {
  /**
   * Writes the rows that wait.
   *
   * @return how many
   * @throws CommandException where the file is there or cannot be written, or a row cannot be read
   */
  long write(ErrorQueueAccess queue, Optional<String> key) {
    boolean whole = false;
    SeekableByteChannel channel = create();
    try (PrintWriter out = new PrintWriter(Channels.newWriter(channel, StandardCharsets.UTF_8))) {
      long rows = write(queue, key, out);
      if (out.checkError()) {
        throw new CommandException(ExitCode.FAILED, "writing %s failed".formatted(file));
      }
      whole = true;
      return rows;
    } finally {
      if (!whole) {
        delete();
      }
    }
  }

  private SeekableByteChannel create() {
    try {
      return Files.newByteChannel(
          file,
          EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException there) {
      throw new CommandException(
          ExitCode.USAGE, "%s is there already; name a new file".formatted(file), there);
    } catch (IOException failed) {
      throw new CommandException(
          ExitCode.USAGE,
          "cannot write %s (%s)".formatted(file, failed.getClass().getSimpleName()),
          failed);
    }
  }

  private static long write(ErrorQueueAccess queue, Optional<String> key, PrintWriter out) {
    AtomicLong rows = new AtomicLong();
    queue.forEachOpen(
        key,
        row -> {
          Map<String, @Nullable Object> members = new LinkedHashMap<>();
          members.put("number", row.error().number());
          members.put("table", row.error().table());
          members.put("code", row.error().code());
          members.put("message", row.error().message());
          members.put("values", ErrorsCommands.nullable(row.values()));
          out.println(JsonText.line(members));
          rows.incrementAndGet();
        });
    return rows.get();
  }

  private void delete() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException failed) {
      err.println("sensei: %s holds decrypted rows and is not whole; delete it".formatted(file));
    }
  }
}
