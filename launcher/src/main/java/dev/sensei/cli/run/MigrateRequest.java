package dev.sensei.cli.run;

import dev.sensei.cli.spec.MigrationSpec;
import dev.sensei.databases.DatabaseUri;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A migration that a person asks for.
 *
 * @param platform where it runs
 * @param source the source; may hold a password, which must not leave this process
 * @param target the target; the same
 * @param spec what the person set, defaults filled in
 * @param certificate where the certificate goes; empty for a file named by the migration in the
 *     working directory
 * @param requestedBy who asks
 * @param acceptExceptions whether what is left behind or deviates is accepted
 */
public record MigrateRequest(
    PlatformLocation platform,
    DatabaseUri source,
    DatabaseUri target,
    MigrationSpec spec,
    Optional<Path> certificate,
    String requestedBy,
    boolean acceptExceptions) {}
