package dev.sensei.databases.ledger;

import dev.sensei.databases.TableName;
import dev.sensei.databases.ledger.LedgerTransaction.Durability;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Marks in the ledger of what is done beside the chunks, each made in the transaction that did it.
 * What it does to a table, it does at the table's epoch alone. Methods run one transaction and
 * throw {@link dev.sensei.databases.errors.DatabaseException} where the target fails, and so where
 * there is no ledger any more.
 */
public final class LedgerMarks {
  private static final String BEFORE = "sequence before ";
  private static final String AFTER = "sequence after ";

  private final LedgerSettings settings;

  public LedgerMarks(LedgerSettings settings) {
    this.settings = settings;
  }

  /**
   * Where a sequence stands.
   *
   * @param last its last value
   * @param called whether that value was given out
   */
  public record Position(long last, boolean called) {
    private static Position parse(String text) {
      int slash = text.indexOf('/');
      return new Position(
          Long.parseLong(text.substring(0, slash)),
          Boolean.parseBoolean(text.substring(slash + 1)));
    }

    private String text() {
      return last + "/" + called;
    }

    /** The one of two positions behind which all numbers are free. */
    Position further(Position other, boolean ascending) {
      if (last == other.last) {
        return called ? this : other;
      }
      return (last > other.last) == ascending ? this : other;
    }
  }

  /**
   * Does a piece of work on a table unless it was done before, and only while the table is at this
   * epoch: the claim is held until the commit, so the epoch is not raised in between.
   *
   * @param mark what the work is known by, within the migration
   * @param doing the work as a phrase, for messages
   */
  public OnceOutcome onceAt(
      Connection target,
      TableKey key,
      long epoch,
      CreatedObject mark,
      String doing,
      Ledger.Once work) {
    return LedgerTransaction.run(
        doing,
        target,
        settings.lockWait(),
        Durability.SYNCHRONOUS,
        () -> {
          Optional<TableClaim> claim = ChunkTransaction.hold(target, key);
          Optional<OptionalLong> other = Ledger.otherEpoch(claim, key, epoch);
          if (other.isPresent()) {
            return new OnceOutcome.Superseded(other.get());
          }
          LedgerTransaction.waitWithoutBound(target);
          if (insert(target, key.migrationId(), mark.kind(), mark.identity()) == 0) {
            return new OnceOutcome.Done(false);
          }
          work.run(target);
          return new OnceOutcome.Done(true);
        });
  }

  /**
   * Does a piece of work on a table while the table is at this epoch.
   *
   * @param doing the work as a phrase, for messages
   */
  public OnceOutcome at(
      Connection target, TableKey key, long epoch, String doing, Ledger.Once work) {
    return LedgerTransaction.run(
        doing,
        target,
        settings.lockWait(),
        Durability.SYNCHRONOUS,
        () -> {
          Optional<TableClaim> claim = ChunkTransaction.hold(target, key);
          Optional<OptionalLong> other = Ledger.otherEpoch(claim, key, epoch);
          if (other.isPresent()) {
            return new OnceOutcome.Superseded(other.get());
          }
          work.run(target);
          return new OnceOutcome.Done(true);
        });
  }

  /** What of a migration is or was in the error queue, read in one transaction. */
  public List<QueuedRow> queued(Connection target, String migrationId) {
    return LedgerTransaction.run(
        "reading the error queue",
        target,
        settings.lockWait(),
        Durability.SYNCHRONOUS,
        () -> ErrorQueue.of(target, migrationId));
  }

  /** What of a table at an epoch is or was in the error queue, in the order of the source. */
  public List<QueuedRow> queued(Connection target, TableKey table, long epoch) {
    return LedgerTransaction.run(
        "reading the error queue of " + table.table(),
        target,
        settings.lockWait(),
        Durability.SYNCHRONOUS,
        () -> ErrorQueue.of(target, table, epoch));
  }

  /** The encrypted content of a row in the error queue. */
  public byte[] content(Connection target, QueuedRow row) {
    return LedgerTransaction.run(
        "reading a row of the error queue",
        target,
        settings.lockWait(),
        Durability.SYNCHRONOUS,
        () ->
            ErrorQueue.content(target, row.table().migrationId(), row.number())
                .orElseThrow(
                    () -> new IllegalStateException("a row of the error queue is gone: " + row)));
  }

  /**
   * Sets a sequence of the target, and remembers where it stood before the migration and where it
   * was set to last. Fails where the migration is not in the ledger any more, so that a late one
   * does not touch a target that is in use.
   */
  public void setSequence(
      Connection target, String migrationId, TableName sequence, Position position) {
    setSequence(target, migrationId, sequence, current -> position);
  }

  /**
   * The same for a sequence whose target rows also come from elsewhere: it goes on to a position,
   * and never back to one, so that no number is given out twice.
   */
  public void advanceSequence(
      Connection target, String migrationId, TableName sequence, Position position) {
    setSequence(
        target,
        migrationId,
        sequence,
        current -> current.further(position, isAscending(target, sequence)));
  }

  @FunctionalInterface
  private interface Choice {
    Position from(Position current) throws SQLException;
  }

  private void setSequence(
      Connection target, String migrationId, TableName sequence, Choice choice) {
    LedgerTransaction.run(
        "setting sequence " + sequence,
        target,
        settings.lockWait(),
        Durability.SYNCHRONOUS,
        () -> {
          Position current = read(target, sequence);
          Position position = choice.from(current);
          if (marked(target, migrationId, BEFORE + sequence).isEmpty()) {
            insert(target, migrationId, BEFORE + sequence, current.text());
          }
          forget(target, migrationId, AFTER + sequence);
          insert(target, migrationId, AFTER + sequence, position.text());
          if (!position.equals(current)) {
            set(target, sequence, position);
          }
          return true;
        });
  }

  /** Where the migration set a sequence to; empty where it did not, or has no ledger any more. */
  public Optional<Position> sequenceSetTo(
      Connection target, String migrationId, TableName sequence) {
    return LedgerTransaction.run(
        "reading the mark of sequence " + sequence,
        target,
        settings.lockWait(),
        Durability.SYNCHRONOUS,
        () ->
            LedgerSchema.exists(target)
                ? marked(target, migrationId, AFTER + sequence).map(Position::parse)
                : Optional.<Position>empty());
  }

  /**
   * Sets a sequence back to where it stood before the migration, unless it was used since: then
   * numbers behind that position are somebody's.
   *
   * @return whether the migration had set it
   */
  public boolean restoreSequence(Connection target, String migrationId, TableName sequence) {
    return LedgerTransaction.run(
        "setting sequence " + sequence + " back",
        target,
        settings.lockWait(),
        Durability.SYNCHRONOUS,
        () -> {
          Optional<String> before = marked(target, migrationId, BEFORE + sequence);
          Optional<Position> after =
              marked(target, migrationId, AFTER + sequence).map(Position::parse);
          if (before.isPresent() && after.filter(read(target, sequence)::equals).isPresent()) {
            set(target, sequence, Position.parse(before.get()));
          }
          return before.isPresent();
        });
  }

  /** Whether the migration is in the ledger: it was installed, and is not removed. */
  public boolean isInstalled(Connection target, String migrationId) {
    return LedgerTransaction.run(
        "looking for the migration in the ledger",
        target,
        settings.lockWait(),
        Durability.SYNCHRONOUS,
        () -> {
          if (!LedgerSchema.exists(target)) {
            return false;
          }
          try (PreparedStatement statement =
              target.prepareStatement(
                  "SELECT FROM sensei_ledger.installation WHERE migration_id = ?")) {
            statement.setString(1, migrationId);
            try (ResultSet row = statement.executeQuery()) {
              return row.next();
            }
          }
        });
  }

  /** Forgets marks of one kind, inside the transaction that undoes what they stand for. */
  public static void forget(Connection target, String migrationId, String kind)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "DELETE FROM sensei_ledger.object WHERE migration_id = ? AND kind = ?")) {
      statement.setString(1, migrationId);
      statement.setString(2, kind);
      statement.executeUpdate();
    }
  }

  /** Where a sequence stands, on whichever side. */
  public static Position read(Connection connection, TableName sequence) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT last_value, is_called FROM " + sequence.quoted())) {
      row.next();
      return new Position(row.getLong(1), row.getBoolean(2));
    }
  }

  /** Whether a sequence of the target stands at a position or further on in its direction. */
  public static boolean hasReached(Connection target, TableName sequence, Position position)
      throws SQLException {
    Position current = read(target, sequence);
    return current.further(position, isAscending(target, sequence)).equals(current);
  }

  private static boolean isAscending(Connection target, TableName sequence) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "SELECT seqincrement > 0 FROM pg_catalog.pg_sequence"
                + " WHERE seqrelid = ?::pg_catalog.regclass")) {
      statement.setString(1, sequence.quoted());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  private static void set(Connection target, TableName sequence, Position position)
      throws SQLException {
    try (PreparedStatement set =
        target.prepareStatement("SELECT pg_catalog.setval(?::pg_catalog.regclass, ?, ?)")) {
      set.setString(1, sequence.quoted());
      set.setLong(2, position.last());
      set.setBoolean(3, position.called());
      set.execute();
    }
  }

  static int insert(Connection target, String migrationId, String kind, String identity)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "INSERT INTO sensei_ledger.object (migration_id, kind, identity)"
                + " VALUES (?, ?, ?) ON CONFLICT DO NOTHING")) {
      statement.setString(1, migrationId);
      statement.setString(2, kind);
      statement.setString(3, identity);
      return statement.executeUpdate();
    }
  }

  private static Optional<String> marked(Connection target, String migrationId, String kind)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "SELECT identity FROM sensei_ledger.object WHERE migration_id = ? AND kind = ?")) {
      statement.setString(1, migrationId);
      statement.setString(2, kind);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
      }
    }
  }
}
