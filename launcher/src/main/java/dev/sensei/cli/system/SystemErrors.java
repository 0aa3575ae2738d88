package dev.sensei.cli.system;

import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.agents.journal.Journal;
import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.run.ErrorQueueAccess;
import dev.sensei.cli.run.QueuedError;
import dev.sensei.databases.DatabaseRole;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorClass;
import dev.sensei.databases.errors.ErrorFields;
import dev.sensei.databases.ledger.LedgerMarks;
import dev.sensei.databases.ledger.LedgerSettings;
import dev.sensei.databases.ledger.QueuedRow;
import dev.sensei.databases.queue.QueueKeyException;
import dev.sensei.databases.queue.QueueKeys;
import dev.sensei.databases.queue.RowCipher;
import dev.sensei.databases.queue.RowContent;
import dev.sensei.schemas.common.ErrorAction;
import dev.sensei.schemas.common.ErrorResolution;
import dev.sensei.schemas.common.ErrorState;
import dev.sensei.schemas.common.SetAsideRow;
import dev.sensei.schemas.event.ErrorResolutionStarted;
import dev.sensei.schemas.event.TableValidated;
import dev.sensei.schemas.state.MigrationState;
import dev.sensei.schemas.state.TableState;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The error queue of a migration, read from its target. Where the ledger is gone, the queue is gone
 * with it, and the journal tells what was in it.
 */
final class SystemErrors implements ErrorQueueAccess {
  private static final String SESSION = "sensei-errors";

  private final StateFeed.Snapshot snapshot;
  private final Journal journal;
  private final QueueKeys keys;
  private final LedgerMarks marks = new LedgerMarks(LedgerSettings.DEFAULT);

  SystemErrors(StateFeed.Snapshot snapshot, Journal journal, Path dataDirectory) {
    this.snapshot = snapshot;
    this.journal = journal;
    this.keys = QueueKeys.presentIn(dataDirectory);
  }

  private MigrationState migration() {
    return snapshot.migration();
  }

  @FunctionalInterface
  private interface OnTarget<T> {
    T run(Connection target) throws SQLException;
  }

  private <T> T onTarget(OnTarget<T> work) {
    try (Connection target = open()) {
      return work.run(target);
    } catch (SQLException failed) {
      throw new CommandException(
          ExitCode.FAILED,
          String.valueOf(DatabaseErrors.translate("reading the error queue", failed).getMessage()),
          failed);
    } catch (DatabaseException failed) {
      throw new CommandException(
          exitCode(failed.errorClass()), String.valueOf(failed.getMessage()), failed);
    }
  }

  private Connection open() {
    try {
      return DatabaseAccess.byReference()
          .open(migration().getTarget(), DatabaseRole.TARGET, SESSION);
    } catch (IllegalArgumentException unreadable) {
      throw new CommandException(
          ExitCode.USAGE, String.valueOf(unreadable.getMessage()), unreadable);
    }
  }

  /** Whether something has to be set otherwise first, or the work itself failed. */
  private static ExitCode exitCode(ErrorClass errorClass) {
    return errorClass == ErrorClass.CONFIGURATION || errorClass == ErrorClass.PERMISSION
        ? ExitCode.USAGE
        : ExitCode.FAILED;
  }

  @Override
  public List<QueuedError> list() {
    return migration().getTargetReleased()
        ? byJournal()
        : onTarget(target -> queued(target).stream().map(this::view).toList());
  }

  private List<QueuedRow> queued(Connection target) {
    return marks.queued(target, migration().getMigrationId());
  }

  private QueuedError view(QueuedRow row) {
    ErrorFields fields = row.fault().fields();
    return new QueuedError(
        row.number(),
        table(row.tableIndex()),
        row.state().name().toLowerCase(Locale.ROOT),
        DatabaseErrors.classify(fields.sqlState()).name().toLowerCase(Locale.ROOT),
        fields.sqlState(),
        DatabaseErrors.sentence(fields),
        row.keyHash(),
        row.attempts(),
        row.decidedBy(),
        row.reason(),
        Optional.of(row.recordedAt()));
  }

  private String table(int index) {
    return snapshot.tables().stream()
        .filter(table -> table.getTableIndex() == index)
        .map(TableState::getTable)
        .findFirst()
        .orElse("table " + index);
  }

  private List<QueuedError> byJournal() {
    Map<Integer, TableValidated> last = new TreeMap<>();
    List<ErrorResolution> decisions = new ArrayList<>();
    journal.forEach(
        migration().getMigrationId(),
        record -> {
          if (record.event() instanceof TableValidated event) {
            last.put(event.getTableIndex(), event);
          } else if (record.event() instanceof ErrorResolutionStarted event) {
            decisions.add(event.getResolution());
          }
        });
    List<QueuedError> all = new ArrayList<>();
    last.values()
        .forEach(
            event ->
                event
                    .getEvidence()
                    .getSetAsideRows()
                    .forEach(row -> all.add(told(event.getTable(), row, reason(row, decisions)))));
    return all;
  }

  /** Why a row was left out: by the first decision that was about it. */
  private static Optional<String> reason(SetAsideRow row, List<ErrorResolution> decisions) {
    return row.getState() != ErrorState.SKIPPED
        ? Optional.empty()
        : decisions.stream()
            .filter(decision -> decision.getAction() == ErrorAction.SKIP)
            .filter(decision -> decision.getRequestedBy().equals(row.getDecidedBy()))
            .filter(
                decision ->
                    decision.getNumbers().isEmpty()
                        || decision.getNumbers().contains(row.getNumber()))
            .map(ErrorResolution::getReason)
            .filter(why -> !why.isEmpty())
            .findFirst();
  }

  private static QueuedError told(String table, SetAsideRow row, Optional<String> reason) {
    ErrorFields fields =
        new ErrorFields(
            row.getSqlState(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(row.getColumn()).filter(name -> !name.isEmpty()),
            Optional.of(row.getConstraint()).filter(name -> !name.isEmpty()),
            Optional.empty());
    return new QueuedError(
        0,
        table,
        row.getState().name().toLowerCase(Locale.ROOT),
        DatabaseErrors.classify(row.getSqlState()).name().toLowerCase(Locale.ROOT),
        row.getSqlState(),
        DatabaseErrors.sentence(fields),
        row.getKeyHash(),
        0,
        Optional.of(row.getDecidedBy()).filter(name -> !name.isEmpty()),
        reason,
        Optional.empty());
  }

  @Override
  public Map<String, Optional<String>> values(long number, Optional<String> key) {
    refuseReleased();
    RowCipher cipher = cipher(key);
    return onTarget(
        target ->
            values(
                target,
                queued(target).stream()
                    .filter(row -> row.number() == number)
                    .findFirst()
                    .orElseThrow(
                        () ->
                            CommandException.usage(
                                "the error queue has no row %d; \"./sensei errors list %s\" lists them"
                                    .formatted(number, migration().getMigrationId()))),
                cipher));
  }

  @Override
  public void forEachOpen(Optional<String> key, Consumer<OpenRow> taker) {
    refuseReleased();
    RowCipher cipher = cipher(key);
    var _ =
        onTarget(
            target -> {
              queued(target).stream()
                  .filter(row -> row.state() == QueuedRow.State.OPEN)
                  .forEach(
                      row -> taker.accept(new OpenRow(view(row), values(target, row, cipher))));
              return true;
            });
  }

  private Map<String, Optional<String>> values(Connection target, QueuedRow row, RowCipher cipher) {
    RowContent content =
        cipher
            .open(
                marks.content(target, row),
                QueuedRow.context(row.table(), row.epoch(), row.fault()))
            .map(RowContent::read)
            .orElseThrow(
                () ->
                    CommandException.usage(
                        "row %d was encrypted with key %s, found key %s: give the right one with --key env://NAME or file:///path"
                            .formatted(row.number(), row.keyId(), cipher.keyId())));
    Map<String, Optional<String>> values = new LinkedHashMap<>();
    content.columns().forEach(value -> values.put(value.column(), value.text()));
    return values;
  }

  private RowCipher cipher(Optional<String> key) {
    try {
      return keys.cipher(key.or(() -> Optional.ofNullable(migration().getOptions().getErrorKey())));
    } catch (QueueKeyException missing) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(missing.getMessage()), missing);
    }
  }

  private void refuseReleased() {
    if (migration().getTargetReleased()) {
      throw CommandException.usage(
          "the error queue of %s is gone, with the ledger, since its validation; \"./sensei errors list\" tells what was in it"
              .formatted(migration().getMigrationId()));
    }
  }
}
