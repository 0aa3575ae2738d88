package dev.sensei.cli.run;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A run on sample databases.
 *
 * @param platform where it runs; source and target are made beside the embedded platform
 * @param rows rows of the sample, about
 * @param certificate where the certificate goes; empty for a file in the data directory
 * @param requestedBy who asks
 * @param acceptExceptions whether what is left behind or deviates is accepted
 */
public record DemoRequest(
    PlatformLocation.Embedded platform,
    long rows,
    Optional<Path> certificate,
    String requestedBy,
    boolean acceptExceptions) {}
