package dev.sensei.orchestrator.projection;

import dev.sensei.orchestrator.fold.DatabaseReference;
import dev.sensei.orchestrator.fold.Event;
import dev.sensei.orchestrator.fold.LifecycleState;
import dev.sensei.orchestrator.fold.MigrationId;
import dev.sensei.orchestrator.fold.TableRunState;
import java.net.URI;
import java.net.URISyntaxException;
import java.sql.SQLException;
import java.time.Instant;

/** The rows of {@code migration}: one for each migration. */
final class MigrationRows {
  private final Rows rows;

  MigrationRows(Rows rows) {
    this.rows = rows;
  }

  void created(Event.MigrationCreated created, Instant time) throws SQLException {
    rows.change(
        """
        INSERT INTO migration (id, state, source, target, requested_by, chunk_rows, batch_rows,
          created_at, updated_at, sequence, hash)
        VALUES (?, 'created', ?, ?, ?, ?, ?, ?, ?, 0, '')
        """,
        created.migrationId(),
        withoutPassword(created.source()),
        withoutPassword(created.target()),
        created.requestedBy(),
        created.options().chunkRows(),
        created.options().batchRows(),
        time,
        time);
  }

  /** Contracts say that a reference has no password; what breaks them must not get here either. */
  private static String withoutPassword(DatabaseReference reference) {
    try {
      URI uri = new URI(reference.uri());
      String user = uri.getUserInfo();
      if (user == null || user.indexOf(':') < 0) {
        return reference.uri();
      }
      return new URI(
              uri.getScheme(),
              user.substring(0, user.indexOf(':')),
              uri.getHost(),
              uri.getPort(),
              uri.getPath(),
              uri.getQuery(),
              null)
          .toString();
    } catch (URISyntaxException unreadable) {
      return "(not a URI)";
    }
  }

  void state(MigrationId migration, LifecycleState state) throws SQLException {
    rows.change("UPDATE migration SET state = ? WHERE id = ?", StateId.name(state), migration);
  }

  void planning(Event.PlanningStarted started) throws SQLException {
    state(started.migrationId(), LifecycleState.PLANNING);
    rows.change(
        """
        UPDATE migration SET chunk_rows = ?, batch_rows = ?, plan_digest = NULL, approver = NULL,
          exceptions_accepted = FALSE, plan_exceptions = 0
        WHERE id = ?
        """,
        started.options().chunkRows(),
        started.options().batchRows(),
        started.migrationId());
  }

  void analyzed(Event.AnalysisCompleted analyzed) throws SQLException {
    rows.change(
        "UPDATE migration SET tables = ?, row_estimate = ?, byte_estimate = ? WHERE id = ?",
        analyzed.tables(),
        analyzed.rowEstimate(),
        analyzed.byteEstimate(),
        analyzed.migrationId());
  }

  void planned(Event.PlanCompleted planned) throws SQLException {
    state(planned.migrationId(), LifecycleState.AWAITING_APPROVAL);
    rows.change(
        """
        UPDATE migration SET tables = ?, row_estimate = ?, byte_estimate = ?, plan_digest = ?,
          plan_exceptions = ?
        WHERE id = ?
        """,
        planned.tables(),
        planned.rowEstimate(),
        planned.byteEstimate(),
        planned.planDigest(),
        planned.exceptions().size(),
        planned.migrationId());
  }

  void approved(Event.PlanApproved approved) throws SQLException {
    state(approved.migrationId(), LifecycleState.APPROVED);
    rows.change(
        "UPDATE migration SET approver = ?, exceptions_accepted = ? WHERE id = ?",
        approved.approver(),
        approved.exceptionsAccepted(),
        approved.migrationId());
  }

  void exceptionsAccepted(MigrationId migration) throws SQLException {
    rows.change("UPDATE migration SET exceptions_accepted = TRUE WHERE id = ?", migration);
  }

  /** Something came up that nobody who accepted before could know of. */
  void acceptanceVoid(MigrationId migration) throws SQLException {
    rows.change("UPDATE migration SET exceptions_accepted = FALSE WHERE id = ?", migration);
  }

  /** The source may have changed; of no account while no table is done. */
  void sourceChanged(MigrationId migration) throws SQLException {
    rows.change(
        """
        UPDATE migration SET exceptions_accepted = FALSE
        WHERE id = ? AND EXISTS (
          SELECT FROM table_run WHERE migration_id = ? AND state_id = ?)
        """,
        migration,
        migration,
        StateId.of(TableRunState.DONE));
  }

  void waitsFor(MigrationId migration, String milestone) throws SQLException {
    rows.change(
        "UPDATE migration SET waiting_for = ? WHERE id = ?",
        milestone.isEmpty() ? null : milestone,
        migration);
  }

  void running(MigrationId migration, Instant time) throws SQLException {
    state(migration, LifecycleState.RUNNING);
    rows.change(
        "UPDATE migration SET started_at = COALESCE(started_at, ?) WHERE id = ?", time, migration);
  }

  void completed(Event.ExecutionCompleted completed, Instant time) throws SQLException {
    state(completed.migrationId(), LifecycleState.COMPLETED);
    rows.change(
        "UPDATE migration SET rows = ?, bytes = ?, completed_at = ? WHERE id = ?",
        completed.rows(),
        completed.bytes(),
        time,
        completed.migrationId());
  }

  void certified(Event.CertificateIssued issued, Instant time) throws SQLException {
    ended(issued.migrationId(), LifecycleState.CERTIFIED, time);
    rows.change(
        "UPDATE migration SET verdict = ?, key_id = ? WHERE id = ?",
        StateId.name(issued.verdict()),
        issued.keyId(),
        issued.migrationId());
  }

  void failed(Event.MigrationFailed failed) throws SQLException {
    state(failed.migrationId(), LifecycleState.FAILED);
    rows.change(
        """
        UPDATE migration SET failed_phase = ?, failure_code = ?, failure_message = ?,
          failure_object = ?, waiting_for = NULL
        WHERE id = ?
        """,
        StateId.name(failed.phase()),
        failed.failure().code(),
        failed.failure().message(),
        failed.failure().object(),
        failed.migrationId());
  }

  void retried(Event.RetryStarted started) throws SQLException {
    state(started.migrationId(), started.phase());
    rows.change(
        """
        UPDATE migration SET failed_phase = NULL, failure_code = NULL, failure_message = NULL,
          failure_object = NULL
        WHERE id = ?
        """,
        started.migrationId());
  }

  void cancelling(MigrationId migration) throws SQLException {
    rows.change(
        "UPDATE migration SET cancelling = TRUE, waiting_for = NULL WHERE id = ?", migration);
  }

  void cancelled(MigrationId migration, Instant time) throws SQLException {
    ended(migration, LifecycleState.CANCELLED, time);
    rows.change(
        "UPDATE migration SET cancelling = FALSE, rows = 0, bytes = 0 WHERE id = ?", migration);
  }

  private void ended(MigrationId migration, LifecycleState state, Instant time)
      throws SQLException {
    state(migration, state);
    rows.change(
        "UPDATE migration SET ended_at = ?, waiting_for = NULL WHERE id = ?", time, migration);
  }

  /** Every record ends here: how far the migration's journal is projected. */
  void projected(MigrationId migration, long sequence, String hash, Instant time)
      throws SQLException {
    rows.change(
        "UPDATE migration SET sequence = ?, hash = ?, updated_at = ? WHERE id = ?",
        sequence,
        hash,
        time,
        migration);
  }
}
