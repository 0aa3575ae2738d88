package dev.sensei.databases.catalog;

import dev.sensei.databases.errors.DatabaseErrors;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;

/**
 * What decides in which form a column's values travel: traits of its type and of all that the type
 * is made of, through domains, arrays, composites, ranges and multiranges.
 *
 * @param traits in their order
 * @param extensions the extensions that parts of the type come from, sorted
 * @param needs the types that a migration does not make and that not every server has, such as
 *     ranges of the database's own, qualified and sorted
 * @param moneyDigits where amounts of money are among the values: how many digits behind the point
 *     they have in this database
 */
public record TypeForm(
    List<TypeTrait> traits,
    List<String> extensions,
    List<String> needs,
    Optional<Integer> moneyDigits) {
  public TypeForm {
    traits = List.copyOf(traits);
    extensions = List.copyOf(extensions);
    needs = List.copyOf(needs);
  }

  /**
   * The form of one type of a database; absent where the type is a plain one, or is not there.
   *
   * @param type as {@code format_type} gives it
   * @throws dev.sensei.databases.errors.DatabaseException as the server reports it
   */
  public static Optional<TypeForm> of(Connection connection, String type) {
    return DatabaseErrors.call(
        "reading how values of a type travel",
        () -> {
          try (CatalogSession session = new CatalogSession(connection, CatalogScope.ALL)) {
            return TypeFormReader.read(session, type);
          }
        });
  }

  /** Whether there is nothing to say of it. */
  boolean plain() {
    return traits.isEmpty() && extensions.isEmpty() && needs.isEmpty() && moneyDigits.isEmpty();
  }

  /** Whether any part of the type has this trait. */
  public boolean has(TypeTrait trait) {
    return traits.contains(trait);
  }
}
