package dev.sensei.orchestrator.fold;

/**
 * Why something failed; never a value of a row.
 *
 * @param failureClass the class, which decides whether it is tried again.
 * @param code a stable code: an SQLSTATE, or a word of ours in capitals.
 * @param message what was expected, what was found and what to do.
 * @param object the object concerned, such as a table or constraint; empty where there is none.
 */
public record Failure(FailureClass failureClass, String code, String message, String object) {}
