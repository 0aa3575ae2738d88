package dev.sensei.agents.scout;

import dev.sensei.databases.catalog.CatalogScope;
import dev.sensei.schemas.common.Options;
import java.util.List;

/** What is looked at: what the person chose, and never the tool's own ledger. */
final class Scope {
  /** The schema of the ledger, in a target while a migration runs. */
  static final String LEDGER = "sensei_ledger";

  private Scope() {}

  static CatalogScope source(Options options) {
    return new CatalogScope(
        options.getIncludeTables(), options.getExcludeTables(), List.of(LEDGER));
  }

  static CatalogScope target() {
    return CatalogScope.ALL.withoutSchema(LEDGER);
  }
}
