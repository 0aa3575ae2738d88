package dev.sensei.orchestrator;

import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import org.apache.kafka.common.errors.TimeoutException;

/** Tells a server that does not answer from a record that cannot be read. */
public final class Outage {
  private static final int DEEPEST = 20;

  private Outage() {}

  /** Whether a failure came from a server that was not there: the same record may be read later. */
  public static boolean isBehind(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
      if (cause instanceof SocketException
          || cause instanceof SocketTimeoutException
          || cause instanceof UnknownHostException
          || cause instanceof TimeoutException) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  /** Throws a failure again that is no fault of the record; lets others pass. */
  public static void rethrowIfSo(Exception failure) {
    if (failure instanceof RuntimeException unchecked && isBehind(failure)) {
      throw unchecked;
    }
  }
}
