package dev.sensei.certificate;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * The result of one perspective of validation.
 *
 * @param perspective which of the five
 * @param outcome how it ended
 * @param checked how many things were checked
 * @param passed how many of them hold; at most {@code checked}
 * @param differences what does not hold, one line each, no row values
 * @param note what was compared, or why it was not
 */
public record PerspectiveEvidence(
    Perspective perspective,
    Outcome outcome,
    long checked,
    long passed,
    List<String> differences,
    String note) {

  /** The five perspectives, in the order in which a certificate lists them. */
  public enum Perspective {
    /** The target's catalog against the plan. */
    @JsonProperty("structural")
    STRUCTURAL,
    /** Fingerprints of columns within tolerance. */
    @JsonProperty("statistical")
    STATISTICAL,
    /** Every key resolves. */
    @JsonProperty("referential")
    REFERENTIAL,
    /** Business rules and content hold. */
    @JsonProperty("semantic")
    SEMANTIC,
    /** Recorded queries give the same answers. */
    @JsonProperty("behavioral")
    BEHAVIORAL
  }

  /** How a check ended. */
  public enum Outcome {
    /** Everything checked holds. */
    PASSED,
    /** Something does not hold. */
    FAILED,
    /** Nothing was checked; the note says why. */
    NOT_CHECKED
  }

  public PerspectiveEvidence {
    differences = List.copyOf(differences);
    Invariants.notNegative("checked", checked);
    Invariants.notNegative("passed", passed);
    if (passed > checked) {
      throw new IllegalArgumentException(
          "perspective %s: %d passed of %d checked".formatted(perspective, passed, checked));
    }
  }
}
