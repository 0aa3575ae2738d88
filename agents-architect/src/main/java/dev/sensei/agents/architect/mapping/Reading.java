package dev.sensei.agents.architect.mapping;

import dev.sensei.databases.catalog.TypeForm;
import java.util.Optional;

/**
 * How the values of a column are read, as the source's server says.
 *
 * @param valueType the type of the source column or of the expression
 * @param targetType the type that the column has in the target
 * @param sortable whether an index of the usual kind can be over the column
 * @param form what decides how values of the target type travel, where it is not a plain one
 */
record Reading(String valueType, String targetType, boolean sortable, Optional<TypeForm> form) {
  /** Whether values are other than those of a source column of the value's type. */
  boolean casts() {
    return !valueType.equals(targetType);
  }
}
