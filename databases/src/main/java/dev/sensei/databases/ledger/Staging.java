package dev.sensei.databases.ledger;

import dev.sensei.databases.TableName;
import dev.sensei.databases.digest.ContentDigest;
import java.util.OptionalLong;

/**
 * Where rows wait that are to join rows of others. They are copied into a table of the ledger's
 * schema, and one transaction moves them into the table that they are for; so what is ours can be
 * told from what is not, before that transaction and after it.
 *
 * @param table the table in the ledger's schema
 * @param othersBefore what the rows added up to that the table held when it was claimed, all its
 *     columns
 * @param movedInBy the number of the transaction that moved the rows in, as PostgreSQL's {@code
 *     txid_current()} gives it; empty before
 */
public record Staging(TableName table, ContentDigest othersBefore, OptionalLong movedInBy) {

  /** The staging of a table of a migration; the name is the same every time. */
  public static TableName tableOf(String migrationId, int tableIndex) {
    return new TableName(LedgerSchema.NAME, "staging_%d_%s".formatted(tableIndex, migrationId));
  }
}
