package dev.sensei.cli.run;

import dev.sensei.cli.display.MigrationView;

/** The person's side of a run: sees how far it is, and answers. Called by one thread at a time. */
public interface RunListener {
  /** Something worth a line, such as that an unfinished migration is resumed. */
  void note(String line);

  /**
   * A command about a migration as the person would type it, who may have said where the platform
   * is.
   */
  String command(String name, String migrationId);

  /** How far the migration is; may be called as often as it changes. */
  void progress(MigrationView view);

  /** Asks for a decision; blocks while the person thinks. */
  Decision decide(PlanSummary plan) throws InterruptedException;
}
