package dev.sensei.databases.queue;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where a process finds the key of the error queue: at the reference that the migration names, else
 * in the installation's data directory. Safe for use by several threads.
 */
public final class QueueKeys {
  private static final String INSTALLATION = "";

  private final Optional<Path> dataDirectory;
  private final boolean made;
  private final Map<String, RowCipher> known = new ConcurrentHashMap<>();

  private QueueKeys(Optional<Path> dataDirectory, boolean made) {
    this.dataDirectory = dataDirectory;
    this.made = made;
  }

  /** Keys of an installation; its own is made where it is first needed. */
  public static QueueKeys in(Path dataDirectory) {
    return new QueueKeys(Optional.of(dataDirectory), true);
  }

  /** Keys of an installation, for who reads what was encrypted: none is made. */
  public static QueueKeys presentIn(Path dataDirectory) {
    return new QueueKeys(Optional.of(dataDirectory), false);
  }

  /** Keys that migrations name, and no others. */
  public static QueueKeys byReference() {
    return new QueueKeys(Optional.empty(), false);
  }

  /**
   * What encrypts with the key.
   *
   * @param reference {@code env://NAME} or {@code file:///path}; empty for the installation's
   * @throws QueueKeyException where there is none
   */
  public RowCipher cipher(Optional<String> reference) throws QueueKeyException {
    RowCipher earlier = known.get(reference.orElse(INSTALLATION));
    if (earlier != null) {
      return earlier;
    }
    RowCipher cipher = new RowCipher(key(reference));
    known.put(reference.orElse(INSTALLATION), cipher);
    return cipher;
  }

  private QueueKey key(Optional<String> reference) throws QueueKeyException {
    if (reference.isPresent()) {
      return QueueKey.resolve(reference.get());
    }
    if (dataDirectory.isPresent()) {
      return made ? QueueKey.openOrCreate(dataDirectory.get()) : QueueKey.open(dataDirectory.get());
    }
    throw new QueueKeyException(
        "expected the spec's errors.key to name the error queue's key, found nothing; this process"
            + " has no data directory to keep one in");
  }
}
