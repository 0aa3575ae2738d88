package dev.sensei.databases.copy;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.SqlLiteral;
import dev.sensei.databases.TableName;
import java.util.Optional;

/**
 * A column of a key, and how its index compares it.
 *
 * @param name the column's name, unquoted
 * @param type the type that the index compares the column as: never a domain, and such as {@code
 *     text} for a column of type {@code varchar}
 * @param collation the index's collation, where its type has one
 */
public record KeyColumn(String name, TableName type, Optional<TableName> collation) {
  /**
   * The column as the index has it. The cast does nothing to a value: it is from a domain to what
   * is below it, or to a type of the same form. The type's name in quotes has no length, so that
   * {@code "bpchar"} and {@code "bit"} cut nothing off.
   */
  String expression() {
    return "("
        + SqlIdentifier.quote(name)
        + "::"
        + type.quoted()
        + collation.map(of -> " COLLATE " + of.quoted()).orElse("")
        + ")";
  }

  /** A value of the column. */
  String literal(String text) {
    return SqlLiteral.quote(text) + "::" + type.quoted();
  }
}
