package dev.sensei.agents.state;

import dev.sensei.schemas.RecordHeaders;
import dev.sensei.schemas.common.LifecycleState;
import java.time.Instant;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;

/**
 * What agents read from the records of the state topic: the migration's own record, and of it only
 * where the migration is in its life. The states of tables pass by unread.
 */
final class StateRecords {
  private static final String MIGRATION_STATE = "dev.sensei.schemas.state.MigrationState";

  private StateRecords() {}

  static boolean isMigration(Headers headers) {
    return RecordHeaders.type(headers).filter(MIGRATION_STATE::equals).isPresent();
  }

  static Optional<MigrationStatus> status(SpecificRecord state, Instant since) {
    Schema schema = state.getSchema();
    Schema.Field id = schema.getField("migrationId");
    Schema.Field lifecycle = schema.getField("state");
    Schema.Field cancelling = schema.getField("cancelling");
    if (id == null || lifecycle == null || cancelling == null) {
      return Optional.empty();
    }
    if (state.get(id.pos()) instanceof CharSequence migrationId
        && state.get(lifecycle.pos()) instanceof LifecycleState where
        && state.get(cancelling.pos()) instanceof Boolean isCancelling) {
      return Optional.of(new MigrationStatus(migrationId.toString(), where, isCancelling, since));
    }
    return Optional.empty();
  }
}
