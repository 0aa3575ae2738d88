package dev.sensei.cli.run;

/** Runs a migration from start to certificate, starting the platform where it is embedded. */
public interface MigrationRunner {
  /**
   * Makes a migration, or resumes the unfinished one of the same source and target, and follows it
   * to its end.
   *
   * @throws dev.sensei.cli.CommandException where it cannot be carried out, with what to do
   */
  RunResult migrate(MigrateRequest request, RunListener listener) throws InterruptedException;

  /**
   * The same on a sample source and an empty target, both made for it.
   *
   * @throws dev.sensei.cli.CommandException where it cannot be carried out, with what to do
   */
  RunResult demo(DemoRequest request, RunListener listener) throws InterruptedException;
}
