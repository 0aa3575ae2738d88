package dev.sensei.databases.ledger;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.digest.CanonicalDigest;
import dev.sensei.databases.digest.CanonicalSession;
import dev.sensei.databases.digest.ContentDigest;
import dev.sensei.databases.digest.DigestMethod;
import dev.sensei.databases.digest.DigestSubject;
import dev.sensei.databases.digest.DigestSubject.Writer;
import dev.sensei.databases.failpoint.Failpoint;
import dev.sensei.databases.ledger.LedgerTransaction.Durability;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Rows that are to join rows of others: how they wait in their {@link Staging}, join, and leave
 * again. Public methods run one transaction; the others run inside one of the caller's that holds
 * the table's claim.
 *
 * <p>Once rows are in the table they are known by the transaction that wrote them, which every row
 * carries in {@code xmin} until somebody changes it. That costs no column, no second copy and no
 * key.
 */
public final class StagedRows {
  private static final CanonicalDigest DIGEST = new CanonicalDigest(DigestMethod.SHA_256);

  private final LedgerSettings settings;

  public StagedRows(LedgerSettings settings) {
    this.settings = settings;
  }

  /**
   * Moves the staged rows of a table into it, in one transaction, unless that was done before. What
   * the table does to rows as they come, it does here: keys, foreign keys, triggers.
   *
   * @param copied the columns that were copied
   * @throws IllegalStateException where the table was claimed without staging
   */
  public MoveInOutcome moveIn(Connection target, TableKey key, long epoch, List<String> copied) {
    MoveInOutcome outcome =
        LedgerTransaction.run(
            "moving staged rows into " + key.table(),
            target,
            settings.lockWait(),
            Durability.SYNCHRONOUS,
            () -> {
              Optional<TableClaim> claim =
                  LedgerRows.claim(target, key.table(), LedgerRows.ClaimLock.UPDATE);
              Optional<OptionalLong> other = Ledger.otherEpoch(claim, key, epoch);
              if (other.isPresent()) {
                return new MoveInOutcome.Superseded(other.get());
              }
              Staging staging =
                  claim
                      .flatMap(TableClaim::staging)
                      .orElseThrow(() -> new IllegalStateException(key + " has no staging"));
              if (staging.movedInBy().isPresent()) {
                return new MoveInOutcome.MovedIn();
              }
              // By its name, whoever raises the epoch can end it.
              ChunkTransaction.nameSession(target, claim.orElseThrow());
              LedgerTransaction.waitWithoutBound(target);
              MoveInOutcome moved = moveAll(target, key.table(), staging, copied);
              if (moved instanceof MoveInOutcome.NotAllTaken) {
                target.rollback();
              } else {
                Failpoint.BEFORE_MOVE_IN_COMMIT.hit();
              }
              return moved;
            });
    if (outcome instanceof MoveInOutcome.MovedIn) {
      Failpoint.AFTER_MOVE_IN_COMMIT.hit();
    }
    return outcome;
  }

  /**
   * What a writer's rows of a table add up to now, over all of its columns: to be held against
   * {@link Staging#othersBefore()}.
   */
  public ContentDigest contentOf(Connection target, TableName table, Writer writer) {
    return LedgerTransaction.run(
        "digesting " + table,
        target,
        settings.lockWait(),
        Durability.SYNCHRONOUS,
        () -> {
          LedgerTransaction.waitWithoutBound(target);
          return digest(target, table, writer);
        });
  }

  /**
   * Makes the staging of a claimed table, and digests what the table holds.
   *
   * @param copied the columns that are copied; defaults fill the others when rows are moved in
   */
  static Staging create(Connection target, TableClaim claim, List<String> copied)
      throws SQLException {
    TableName table = claim.key().table();
    TableName staging = Staging.tableOf(claim.key().migrationId(), claim.tableIndex());
    List<String> columns = columns(target, table);
    try (Statement statement = target.createStatement()) {
      // NOT NULL and CHECK come along, so that a row at fault shows in its chunk and not at the
      // end.
      statement.execute(
          "CREATE TABLE %s (LIKE %s INCLUDING CONSTRAINTS INCLUDING STORAGE)"
              .formatted(staging.quoted(), table.quoted()));
      for (String column : columns) {
        if (!copied.contains(column)) {
          statement.execute(
              "ALTER TABLE %s DROP COLUMN %s"
                  .formatted(staging.quoted(), SqlIdentifier.quote(column)));
        }
      }
    }
    Staging made =
        new Staging(staging, digest(target, table, new Writer.Anyone()), OptionalLong.empty());
    try (PreparedStatement statement =
        target.prepareStatement(
            "UPDATE sensei_ledger.claim SET rows_before = ?, others_before = ?, staging = ?"
                + " WHERE table_schema = ? AND table_name = ?")) {
      statement.setLong(1, made.othersBefore().rows());
      statement.setString(2, made.othersBefore().text());
      statement.setString(3, staging.name());
      statement.setString(4, table.schema());
      statement.setString(5, table.name());
      statement.executeUpdate();
    }
    return made;
  }

  /** Moves all staged rows into their table. */
  private static MoveInOutcome moveAll(
      Connection target, TableName table, Staging staging, List<String> copied)
      throws SQLException {
    String columns = copied.stream().map(SqlIdentifier::quote).collect(Collectors.joining(", "));
    long staged = count(target, staging.table());
    long taken;
    try (Statement statement = target.createStatement()) {
      taken =
          statement.executeLargeUpdate(
              "INSERT INTO %s %s OVERRIDING SYSTEM VALUE SELECT %s FROM %s"
                  .formatted(
                      table.quoted(),
                      copied.isEmpty() ? "" : "(" + columns + ")",
                      columns,
                      staging.table().quoted()));
      // Where a rule puts rows elsewhere, a trigger writes them in a transaction of its own, or old
      // rows happen to carry the number, ours could not be told from others later.
      long known = ours(target, table);
      if (taken != staged || known != staged) {
        return new MoveInOutcome.NotAllTaken(staged, taken, known);
      }
      statement.execute("TRUNCATE " + staging.table().quoted());
    }
    setMovedInBy(target, table, "pg_catalog.txid_current()");
    return new MoveInOutcome.MovedIn();
  }

  /** How many rows of the table carry the number of the transaction at hand. */
  private static long ours(Connection target, TableName table) throws SQLException {
    try (Statement statement = target.createStatement()) {
      long transaction;
      try (ResultSet row = statement.executeQuery("SELECT pg_catalog.txid_current()")) {
        row.next();
        transaction = row.getLong(1);
      }
      try (ResultSet row =
          statement.executeQuery(
              "SELECT count(*) FROM ONLY %s WHERE %s"
                  .formatted(table.quoted(), DigestSubject.writtenBy(transaction)))) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** Takes our rows away, those that wait and those that are in the table. */
  static void takeBack(Connection target, TableName table, Staging staging) throws SQLException {
    try (Statement statement = target.createStatement()) {
      if (staging.movedInBy().isPresent()) {
        statement.executeLargeUpdate(
            "DELETE FROM ONLY %s WHERE %s"
                .formatted(
                    table.quoted(), DigestSubject.writtenBy(staging.movedInBy().getAsLong())));
      }
      statement.execute("TRUNCATE " + staging.table().quoted());
    }
    setMovedInBy(target, table, "NULL");
  }

  /**
   * Drops the staging of every table of a migration. Takes the claims first, as whoever writes
   * does, and so waits for chunks in flight.
   */
  static void drop(Connection target, String migrationId) throws SQLException {
    try (PreparedStatement tables =
            target.prepareStatement(
                "SELECT staging FROM sensei_ledger.claim"
                    + " WHERE migration_id = ? AND staging IS NOT NULL FOR UPDATE");
        Statement drop = target.createStatement()) {
      tables.setString(1, migrationId);
      try (ResultSet row = tables.executeQuery()) {
        while (row.next()) {
          drop.execute("DROP TABLE " + new TableName(LedgerSchema.NAME, row.getString(1)).quoted());
        }
      }
    }
  }

  /** What a writer's rows of a table add up to, over all of its columns. */
  private static ContentDigest digest(Connection target, TableName table, Writer writer)
      throws SQLException {
    List<String> columns = columns(target, table);
    CanonicalSession.pinTransaction(target);
    return DIGEST.compute(target, DigestSubject.ofColumns(table, columns).by(writer));
  }

  static Optional<Staging> read(ResultSet row, String staging, String before, String movedInBy)
      throws SQLException {
    String table = row.getString(staging);
    if (table == null) {
      return Optional.empty();
    }
    long transaction = row.getLong(movedInBy);
    OptionalLong moved = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(transaction);
    return Optional.of(
        new Staging(
            new TableName(LedgerSchema.NAME, table),
            ContentDigest.parse(row.getString(before)),
            moved));
  }

  private static List<String> columns(Connection target, TableName table) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "SELECT coalesce(pg_catalog.array_agg(attname::text ORDER BY attnum), '{}')"
                + " FROM pg_catalog.pg_attribute WHERE attrelid = ?::pg_catalog.regclass"
                + " AND attnum > 0 AND NOT attisdropped")) {
      statement.setString(1, table.quoted());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return List.of((String[]) row.getArray(1).getArray());
      }
    }
  }

  private static long count(Connection target, TableName table) throws SQLException {
    try (Statement statement = target.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM " + table.quoted())) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void setMovedInBy(Connection target, TableName table, String transaction)
      throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "UPDATE sensei_ledger.claim SET moved_in_by = "
                + transaction
                + " WHERE table_schema = ? AND table_name = ?")) {
      statement.setString(1, table.schema());
      statement.setString(2, table.name());
      statement.executeUpdate();
    }
  }
}
