package dev.sensei.platform;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A directory held by this process alone. The kernel drops the lock when the process ends, however
 * it ends.
 *
 * <p>The holder's pid stands in a file of its own: closing any channel on the locked file would
 * drop this process's lock, so the locked file is opened by nobody but its holder.
 */
final class DirectoryLock implements AutoCloseable {
  private static final String LOCK = "lock";
  private static final String HOLDER = "lock.pid";
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;
  private final AtomicBoolean closed = new AtomicBoolean();

  private DirectoryLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * Makes the directory if it is missing, and locks it.
   *
   * @throws PlatformException.DirectoryInUse where another platform or server holds it
   * @throws PlatformException.DirectoryNotUsable where it cannot be made or written
   */
  static DirectoryLock acquire(Path requested) {
    try {
      Path directory = OwnerOnly.createDirectories(requested.toAbsolutePath()).toRealPath();
      if (!HELD_HERE.add(directory)) {
        throw new PlatformException.DirectoryInUse(
            directory, OptionalLong.of(ProcessHandle.current().pid()));
      }
      FileChannel channel = null;
      try {
        channel = lock(directory);
        if (channel == null) {
          throw new PlatformException.DirectoryInUse(directory, holder(directory));
        }
        OwnerOnly.write(directory.resolve(HOLDER), Long.toString(ProcessHandle.current().pid()));
        return new DirectoryLock(directory, channel);
      } catch (IOException | PlatformException refused) {
        if (channel != null) {
          channel.close();
        }
        HELD_HERE.remove(directory);
        throw refused;
      }
    } catch (IOException e) {
      throw new PlatformException.DirectoryNotUsable(requested, e);
    }
  }

  /** The directory's real path. */
  Path directory() {
    return directory;
  }

  private static @Nullable FileChannel lock(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = channel.tryLock();
    if (lock == null) {
      channel.close();
      return null;
    }
    return channel;
  }

  private static OptionalLong holder(Path directory) {
    try {
      return OptionalLong.of(Long.parseLong(Files.readString(directory.resolve(HOLDER)).strip()));
    } catch (IOException | NumberFormatException unknown) {
      return OptionalLong.empty();
    }
  }

  /** Gives the directory free; twice is no error. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      throw new PlatformException.DirectoryNotUsable(directory, e);
    } finally {
      HELD_HERE.remove(directory);
    }
  }
}
