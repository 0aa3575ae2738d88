package dev.sensei.databases.ledger;

/**
 * Something that preparing created in the target, which a rollback takes away again.
 *
 * @param kind such as {@code schema}, {@code table}, {@code type}, {@code sequence}
 * @param identity its name as SQL writes it, quoted where needed
 */
public record CreatedObject(String kind, String identity) {}
