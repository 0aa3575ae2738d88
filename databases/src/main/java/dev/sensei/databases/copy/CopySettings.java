package dev.sensei.databases.copy;

import java.time.Duration;

/**
 * Bounds of one copy in flight.
 *
 * @param bufferBytes size of a buffer, which is sent once it is full; at least 64 KiB. A wider row
 *     makes a buffer grow for it
 * @param buffers how many there are; at least 2
 * @param stopWait how long to wait for the reading thread to stop before its query is cancelled
 */
public record CopySettings(int bufferBytes, int buffers, Duration stopWait) {
  /** Four buffers of 256 KiB; two seconds. */
  public static final CopySettings DEFAULT = new CopySettings(256 << 10, 4, Duration.ofSeconds(2));

  public CopySettings {
    if (bufferBytes < 64 << 10 || buffers < 2) {
      throw new IllegalArgumentException("expected at least two buffers of at least 64 KiB");
    }
  }
}
