package dev.sensei.agents.validator;

import dev.sensei.agents.journal.Journal;
import dev.sensei.schemas.common.TableEvidence;
import dev.sensei.schemas.event.TableValidated;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What validations before this one found of a migration's tables, where the ledger is released and
 * a validation is tried again. The journal is read once for a task, and not before somebody asks.
 */
final class EarlierValidations {
  private final Journal journal;
  private final String migrationId;
  private Optional<Map<Run, TableEvidence>> read = Optional.empty();

  EarlierValidations(Journal journal, String migrationId) {
    this.journal = journal;
    this.migrationId = migrationId;
  }

  private record Run(int tableIndex, int epoch) {}

  /** The last that was found of a table at an epoch. */
  Optional<TableEvidence> of(int tableIndex, int epoch) {
    Map<Run, TableEvidence> all = read.orElseGet(this::read);
    read = Optional.of(all);
    return Optional.ofNullable(all.get(new Run(tableIndex, epoch)));
  }

  private Map<Run, TableEvidence> read() {
    Map<Run, TableEvidence> all = new HashMap<>();
    journal.forEach(
        migrationId,
        record -> {
          if (record.event() instanceof TableValidated event) {
            all.put(new Run(event.getTableIndex(), event.getEpoch()), event.getEvidence());
          }
        });
    return all;
  }
}
