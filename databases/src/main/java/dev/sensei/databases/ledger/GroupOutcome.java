package dev.sensei.databases.ledger;

import java.util.List;
import java.util.Map;

/**
 * What became of a group of tables.
 *
 * @param entries the ledger's row of each table that is in the target now, by this call or by one
 *     before
 * @param notAtEpoch tables that another epoch, or another migration, has now
 * @param dividedOtherwise tables that were prepared by themselves meanwhile, in other chunks
 */
public record GroupOutcome(
    Map<TableKey, LedgerEntry> entries,
    List<TableKey> notAtEpoch,
    List<TableKey> dividedOtherwise) {
  public GroupOutcome {
    entries = Map.copyOf(entries);
    notAtEpoch = List.copyOf(notAtEpoch);
    dividedOtherwise = List.copyOf(dividedOtherwise);
  }
}
