package dev.sensei.orchestrator.fold;

import java.util.List;

/**
 * A person's decision about rows in the error queue.
 *
 * @param action what is to be done.
 * @param numbers the rows by their numbers; empty for all that are open.
 * @param reason why; may be empty.
 * @param requestedBy who asks.
 */
public record ErrorResolution(
    ErrorAction action, List<Long> numbers, String reason, String requestedBy) {
  public ErrorResolution {
    numbers = List.copyOf(numbers);
  }
}
