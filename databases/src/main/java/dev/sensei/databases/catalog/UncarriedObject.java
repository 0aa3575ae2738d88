package dev.sensei.databases.catalog;

/**
 * Something that {@code pg_dump} would carry and a migration does not.
 *
 * @param kind such as {@code event trigger}
 * @param identity the object, as SQL names it
 * @param reason why it is not carried, and what to do
 */
public record UncarriedObject(String kind, String identity, String reason)
    implements Comparable<UncarriedObject> {
  @Override
  public int compareTo(UncarriedObject other) {
    int byKind = kind.compareTo(other.kind);
    return byKind != 0 ? byKind : identity.compareTo(other.identity);
  }
}
