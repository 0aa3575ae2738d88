package dev.sensei.databases.catalog;

import dev.sensei.databases.TableName;
import java.util.Comparator;
import java.util.Optional;

/**
 * Something that {@code pg_dump} would carry and a migration does not.
 *
 * @param kind such as {@code event trigger}
 * @param identity the object, as SQL names it
 * @param reason why it is not carried, and what to do
 * @param relation the table, view or sequence that it belongs to, where it belongs to one
 */
public record UncarriedObject(
    String kind, String identity, String reason, Optional<TableName> relation)
    implements Comparable<UncarriedObject> {
  private static final Comparator<UncarriedObject> ORDER =
      Comparator.comparing(UncarriedObject::kind)
          .thenComparing(UncarriedObject::identity)
          .thenComparing(UncarriedObject::reason);

  @Override
  public int compareTo(UncarriedObject other) {
    return ORDER.compare(this, other);
  }
}
