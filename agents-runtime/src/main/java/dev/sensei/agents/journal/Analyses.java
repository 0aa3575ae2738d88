package dev.sensei.agents.journal;

/** What analyses described. Safe for use by several threads. */
@FunctionalInterface
public interface Analyses {
  /**
   * What one attempt of one analysis described.
   *
   * @throws JournalException where it does not arrive in time
   */
  CatalogDocuments catalog(String migrationId, int analysis, int attempt);
}
