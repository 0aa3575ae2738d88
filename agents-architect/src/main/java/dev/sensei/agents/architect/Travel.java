package dev.sensei.agents.architect;

import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.agents.plan.TextColumns;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.catalog.Extension;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.catalog.TypeForm;
import dev.sensei.databases.catalog.TypeTrait;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides whether a table's rows can travel in COPY's binary form: every type has to have it on
 * both sides, and its bytes have to mean the same there.
 */
final class Travel {
  /** From here on, arrays and composites take object ids of types of another database. */
  private static final int FOREIGN_OBJECT_IDS_SINCE = 14;

  private final int targetVersion;
  private final Map<String, String> sourceExtensions;
  private final Map<String, String> targetExtensions;

  Travel(Catalog source, Catalog target, TargetServer server) {
    this.targetVersion = target.database().majorVersion();
    this.sourceExtensions =
        source.extensions().stream()
            .collect(Collectors.toUnmodifiableMap(Extension::name, Extension::version));
    this.targetExtensions = server.extensionVersions();
  }

  /**
   * The columns that ask for text.
   *
   * @param from the source's table by the names that it has in the target
   * @param to the target's table; the same where the migration makes it
   */
  Optional<TextColumns> textColumns(Table from, Table to, List<ColumnMapping> columns) {
    SortedMap<String, String> reasons = new TreeMap<>();
    for (ColumnMapping column : columns) {
      Stream.of(from.column(column.target()), to.column(column.target()))
          .flatMap(Optional::stream)
          .flatMap(each -> reason(each).stream())
          .findFirst()
          .ifPresent(reason -> reasons.put(column.target(), reason));
    }
    return reasons.isEmpty() ? Optional.empty() : Optional.of(new TextColumns(reasons));
  }

  private Optional<String> reason(Column column) {
    return column.form().flatMap(form -> reason(column.type(), form));
  }

  private Optional<String> reason(String type, TypeForm form) {
    if (form.has(TypeTrait.NAMES_OBJECTS)) {
      return Optional.of(type + " names objects, whose object ids are others in the target");
    }
    if (form.has(TypeTrait.NO_BINARY_FORM)) {
      return Optional.of(type + " has no binary form for each of its values");
    }
    if (form.has(TypeTrait.OWN_OBJECT_IDS) && targetVersion < FOREIGN_OBJECT_IDS_SINCE) {
      return Optional.of(type + " has object ids of types in its binary form");
    }
    return form.extensions().stream()
        .filter(name -> !sameVersion(name))
        .findFirst()
        .map(name -> "%s is of extension %s, whose versions differ".formatted(type, name));
  }

  private boolean sameVersion(String extension) {
    String version = sourceExtensions.get(extension);
    return version != null && version.equals(targetExtensions.get(extension));
  }
}
