package dev.sensei.databases.ddl;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.Sequence;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Hands objects to their owners, where these exist in the target. */
final class OwnerStatements {
  private final Set<String> roles;
  private final String connected;
  private final List<Statement> all = new ArrayList<>();

  private OwnerStatements(Collection<String> roles, String connected) {
    this.roles = new HashSet<>(roles);
    this.connected = connected;
  }

  static List<Statement> of(Catalog catalog, Collection<String> roles, String connected) {
    OwnerStatements owners = new OwnerStatements(roles, connected);
    catalog.enums().forEach(type -> owners.add("TYPE", type.name().quoted(), type.owner()));
    catalog.domains().forEach(type -> owners.add("DOMAIN", type.name().quoted(), type.owner()));
    catalog.composites().forEach(type -> owners.add("TYPE", type.name().quoted(), type.owner()));
    catalog
        .routines()
        .forEach(routine -> owners.add(routine.kind().name(), routine.name(), routine.owner()));
    // A sequence that a column owns follows the owner of the column's table.
    for (Sequence sequence : catalog.sequences()) {
      if (sequence.ownedBy().isEmpty()) {
        owners.add("SEQUENCE", sequence.name().quoted(), sequence.owner());
      }
    }
    catalog.tables().forEach(table -> owners.add("TABLE", table.name().quoted(), table.owner()));
    catalog
        .views()
        .forEach(
            view ->
                owners.add(
                    view.materialized() ? "MATERIALIZED VIEW" : "VIEW",
                    view.name().quoted(),
                    view.owner()));
    // Schemas last: who owns the objects may need them to belong to the connected role till then.
    catalog.schemas().stream()
        .filter(schema -> !schema.name().equals("public"))
        .forEach(
            schema -> owners.add("SCHEMA", SqlIdentifier.quote(schema.name()), schema.owner()));
    return owners.all;
  }

  private void add(String kind, String name, String owner) {
    if (!owner.equals(connected) && roles.contains(owner)) {
      all.add(
          new Statement(
              "ALTER " + kind + " " + name + " OWNER TO " + SqlIdentifier.quote(owner),
              "owner of " + kind + " " + name,
              Section.OWNERS));
    }
  }
}
