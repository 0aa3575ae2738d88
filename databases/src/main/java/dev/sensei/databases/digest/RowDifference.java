package dev.sensei.databases.digest;

/**
 * A row that differs.
 *
 * @param kind in what way
 * @param keyHmac HMAC-SHA-256, in hexadecimal, of the SHA-256 of the key's text; of the row's text
 *     where there is no key. Says nothing of the values to anyone without the HMAC's key
 */
public record RowDifference(DifferenceKind kind, String keyHmac) {}
