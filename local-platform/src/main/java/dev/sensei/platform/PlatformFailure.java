package dev.sensei.platform;

/**
 * A part of the platform ended by itself. The rest still runs; the platform should be closed.
 *
 * @param part the part, such as {@code PostgreSQL}
 * @param message what happened and where to read more
 */
public record PlatformFailure(String part, String message) {}
