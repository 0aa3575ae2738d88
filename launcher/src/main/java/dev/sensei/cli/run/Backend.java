package dev.sensei.cli.run;

/**
 * Everything behind the command line.
 *
 * @param runner runs migrations from start to certificate
 * @param control reaches migrations that exist
 * @param services services that stay
 */
public record Backend(
    MigrationRunner runner, MigrationControl.Connector control, ServiceProcesses services) {}
