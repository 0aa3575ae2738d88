package dev.sensei.orchestrator.fold;

import java.util.Optional;

/**
 * A database by reference; a password never travels.
 *
 * @param uri where it is: postgresql://user@host:port/database, without a password.
 * @param passwordReference where each agent finds the password: env://NAME or file:///path; null
 *     for the environment's defaults.
 */
public record DatabaseReference(String uri, Optional<String> passwordReference) {}
