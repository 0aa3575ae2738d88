package dev.sensei.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * The port of a server, which stays the same from run to run where nobody else has taken it: what
 * others know of the server stays true.
 *
 * @param file where the port is kept
 * @param part what messages call the server
 */
record KeptPort(Path file, String part) {
  /**
   * The requested port, else the one of the run before, else a free one; kept for the next run.
   *
   * @throws PlatformException.PortTaken where a requested port is somebody else's
   */
  int choose(OptionalInt requested) throws IOException {
    if (requested.isPresent()) {
      if (!Ports.isFree(requested.getAsInt())) {
        throw new PlatformException.PortTaken(part, requested.getAsInt());
      }
      return keep(requested.getAsInt());
    }
    int former = Files.exists(file) ? former() : 0;
    return former != 0 && Ports.isFree(former) ? former : another();
  }

  /**
   * The port of the run before, or a free one where there was none; kept for the next run.
   *
   * @throws PlatformException.PortTaken where it is somebody else's now
   */
  int chooseTheSame() throws IOException {
    return choose(Files.exists(file) ? OptionalInt.of(former()) : OptionalInt.empty());
  }

  /** A free port, kept for the next run. */
  int another() throws IOException {
    return keep(Ports.free());
  }

  private int former() throws IOException {
    return Integer.parseInt(Files.readString(file).strip());
  }

  private int keep(int port) throws IOException {
    OwnerOnly.write(file, Integer.toString(port));
    return port;
  }
}
