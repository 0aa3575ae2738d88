package dev.sensei.agents.journal;

import dev.sensei.schemas.event.AnalysisCompleted;
import dev.sensei.schemas.event.CatalogDescribed;
import dev.sensei.schemas.event.TableDescribed;
import java.util.List;

/**
 * What one attempt of one analysis described.
 *
 * @param tables the source's tables, in the journal's order
 * @param catalogs all else, of both sides
 * @param completed the event that completed the analysis
 */
public record CatalogDocuments(
    List<TableDescribed> tables, List<CatalogDescribed> catalogs, AnalysisCompleted completed) {
  public CatalogDocuments {
    tables = List.copyOf(tables);
    catalogs = List.copyOf(catalogs);
  }
}
