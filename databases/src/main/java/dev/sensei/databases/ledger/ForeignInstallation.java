package dev.sensei.databases.ledger;

/** Another installation has a migration in this target database. */
public final class ForeignInstallation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String installationId;
  private final String migrationId;

  ForeignInstallation(String installationId, String migrationId) {
    super(
        "installation "
            + installationId
            + " has migration "
            + migrationId
            + " in this target (schema "
            + LedgerSchema.NAME
            + "); finish or roll it back there, or drop the schema where that installation is gone"
            + " for good");
    this.installationId = installationId;
    this.migrationId = migrationId;
  }

  /** Whose claim it is. */
  public String installationId() {
    return installationId;
  }

  /** The migration that it is for. */
  public String migrationId() {
    return migrationId;
  }
}
