package dev.sensei.databases.copy;

/** Asked between buffers whether to stop. Must be fast and safe to call from any thread. */
@FunctionalInterface
public interface CancelSignal {
  /** Never stops. */
  CancelSignal NEVER = () -> false;

  /** True once the copy should stop. */
  boolean requested();
}
