package dev.sensei.agents.registry;

import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import org.apache.kafka.common.errors.RetriableException;

/** Tells a registry that is away, which is waited for, from a record that cannot be read. */
public final class RegistryOutage {
  private RegistryOutage() {}

  /** Whether a failure to read or write a record is for the registry being away. */
  public static boolean isBehind(Throwable failed) {
    for (Throwable at = failed; at != null; at = at.getCause()) {
      if (at instanceof SocketException
          || at instanceof SocketTimeoutException
          || at instanceof UnknownHostException
          || at instanceof RetriableException) {
        return true;
      }
    }
    return false;
  }
}
