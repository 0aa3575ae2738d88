package dev.sensei.orchestrator.fold;

import java.util.List;

/**
 * The result of one perspective.
 *
 * @param perspective which perspective.
 * @param outcome how it ended.
 * @param checked how many things were checked.
 * @param passed how many of them hold.
 * @param differences what does not hold, one line each, at most 100; no row values.
 * @param note what was compared, or why it was not.
 */
public record PerspectiveResult(
    Perspective perspective,
    CheckOutcome outcome,
    long checked,
    long passed,
    List<String> differences,
    String note) {
  public PerspectiveResult {
    differences = List.copyOf(differences);
  }
}
