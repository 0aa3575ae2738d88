package dev.sensei.agents.journal;

import dev.sensei.schemas.event.PlanCompleted;
import dev.sensei.schemas.event.TablePlanned;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A plan.
 *
 * @param tables the plan of each table, by table number
 * @param completed all of the plan that is not of one table, with its digest
 */
public record PlanDocuments(List<TablePlanned> tables, PlanCompleted completed) {
  public PlanDocuments {
    tables = tables.stream().sorted(Comparator.comparingInt(TablePlanned::getTableIndex)).toList();
  }

  /** The plan of the table with this number. */
  public Optional<TablePlanned> table(int tableIndex) {
    return tables.stream().filter(table -> table.getTableIndex() == tableIndex).findFirst();
  }
}
