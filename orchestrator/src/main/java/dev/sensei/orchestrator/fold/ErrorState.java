package dev.sensei.orchestrator.fold;

/**
 * What has become of a row in the error queue. UNKNOWN stands for a value that a newer version
 * wrote.
 */
public enum ErrorState {
  UNKNOWN,
  OPEN,
  SKIPPED,
  RETRIED,
  CORRECTED,
  LEFT_OUT,
  FETCHED
}
