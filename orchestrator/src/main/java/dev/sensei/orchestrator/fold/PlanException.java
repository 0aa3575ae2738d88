package dev.sensei.orchestrator.fold;

/**
 * Something in scope that is not in the target as it is in the source.
 *
 * @param kind what kind: the kind of object not carried, or the kind of deviation.
 * @param object the object's identity in the source.
 * @param reason why.
 */
public record PlanException(String kind, String object, String reason) {}
