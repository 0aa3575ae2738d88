package dev.sensei.agents.architect.mapping;

import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Check;
import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.catalog.ColumnUses;
import dev.sensei.databases.catalog.ColumnUses.Kind;
import dev.sensei.databases.catalog.ForeignKey;
import dev.sensei.databases.catalog.Index;
import dev.sensei.databases.catalog.Key;
import dev.sensei.databases.catalog.ObjectName;
import dev.sensei.databases.catalog.Partition;
import dev.sensei.databases.catalog.ReplicaIdentity;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.catalog.TableRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A table of the source as the target has to have it: under its new names, with what belongs to it.
 * What cannot follow is a loss; where a key would be lost that others need, it is refused.
 */
final class WantedTable {
  private static final String ADD = "add it in the target";
  private static final Set<String> INTEGERS = Set.of("smallint", "integer", "bigint");

  private final MappedTable mapped;
  private final Table source;
  private final Changes changes;
  private final SourceAnswers answers;
  private final Losses losses;
  private final Follow follow;
  private final boolean made;
  private final Set<Key> referenced;
  private final int targetVersion;

  /**
   * The table.
   *
   * @param made whether the migration makes it
   * @param referenced its keys that foreign keys refer to
   * @param targetVersion the major version of the target's server
   */
  WantedTable(
      MappedTable mapped,
      Changes changes,
      SourceAnswers answers,
      Losses losses,
      boolean made,
      Set<Key> referenced,
      int targetVersion) {
    this.mapped = mapped;
    this.source = mapped.source();
    this.changes = changes;
    this.answers = answers;
    this.losses = losses;
    this.follow = new Follow(answers);
    this.made = made;
    this.referenced = referenced;
    this.targetVersion = targetVersion;
  }

  Table table() throws MappingRefused {
    List<Column> columns =
        new WantedColumns(mapped, changes, answers, losses, made, targetVersion).all();
    List<Key> keys = keys();
    List<Index> indexes = indexes();
    Set<String> names = new HashSet<>();
    keys.forEach(key -> names.add(key.name()));
    indexes.forEach(index -> names.add(index.name().name()));
    Optional<String> identityIndex =
        present("replica identity", source.replicaIdentityIndex(), names);
    return new Table(
        mapped.target(),
        source.kind(),
        source.unlogged(),
        source
            .partition()
            .map(place -> new Partition(changes.table(place.parent()), place.bound())),
        partitionKey(),
        source.inherits().stream().map(changes::table).toList(),
        columns,
        keys,
        foreignKeys(),
        checks(),
        indexes,
        rules(),
        source.rowSecurity(),
        source.forceRowSecurity(),
        source.replicaIdentity() == ReplicaIdentity.INDEX && identityIndex.isEmpty()
            ? ReplicaIdentity.DEFAULT
            : source.replicaIdentity(),
        identityIndex,
        present("cluster setting", source.clusteredOn(), names),
        source.owner(),
        source.tablespace(),
        source.accessMethod(),
        source.options(),
        source.toastOptions(),
        source.comment(),
        source.size(),
        dependsOn());
  }

  private Optional<String> present(String what, Optional<String> index, Set<String> names) {
    if (index.isPresent() && !names.contains(index.get())) {
      lost(what, index.get(), "its index is not carried");
      return Optional.empty();
    }
    return index;
  }

  /** What has to be there before it: of tables its parents alone, all else was refused. */
  private List<String> dependsOn() {
    Map<String, String> parents = new HashMap<>();
    Stream.concat(source.partition().map(Partition::parent).stream(), source.inherits().stream())
        .forEach(
            parent ->
                parents.put(
                    ObjectName.relation(parent), ObjectName.relation(changes.table(parent))));
    return source.dependsOn().stream()
        .map(need -> parents.getOrDefault(need, need))
        .sorted()
        .toList();
  }

  private Optional<String> partitionKey() throws MappingRefused {
    if (source.partitionKey().isEmpty() || !changes.altersAny(source)) {
      return source.partitionKey();
    }
    String key = source.partitionKey().get();
    Optional<List<String>> columns = PartitionColumns.of(key);
    boolean fixed =
        columns.isEmpty()
            || columns.get().stream()
                .anyMatch(
                    column ->
                        changes.drops(source.name(), column)
                            || changes.converts(source.name(), column));
    Optional<String> followed = fixed ? Optional.empty() : follow.partitionKey(key, this::renamed);
    if (followed.isEmpty()) {
      throw new MappingRefused(
          "PARTITION_KEY",
          source.name().toString(),
          "expected the columns that %s is partitioned by to stay, but for their names, found one dropped, of another type or computed, or an expression over columns; leave them as they are"
              .formatted(source.name()));
    }
    return followed;
  }

  /** A column's name in the target. */
  private String renamed(String column) {
    return changes.column(source.name(), column).map(MappedColumn::target).orElse(column);
  }

  private List<Key> keys() throws MappingRefused {
    List<Key> keys = new ArrayList<>();
    for (Key key : source.keys()) {
      Optional<Key> followed = key(key);
      if (followed.isPresent()) {
        keys.add(underParent(followed.get()));
        computed(key);
      } else if (made && (key.kind() == Key.Kind.PRIMARY_KEY || referenced.contains(key))) {
        throw new MappingRefused(
            "KEY_LOST",
            mapped.target().toString(),
            "expected the columns of key %s to be in the target, with types that can be sorted, %s, found that the mapping of %s leaves it without; keep its columns, or make the table in the target first"
                .formatted(
                    SqlIdentifier.quoteWhereNeeded(key.name()),
                    key.kind() == Key.Kind.PRIMARY_KEY
                        ? "since it is the primary key"
                        : "since foreign keys refer to it",
                    source.name()));
      } else {
        lost("key", key.name(), "a column of it is dropped or of another kind; " + ADD);
      }
    }
    return keys;
  }

  private Optional<Key> key(Key key) {
    if (key.kind() == Key.Kind.EXCLUSION) {
      TableName index = new TableName(source.name().schema(), key.name());
      boolean altered =
          ofOtherRow(key.definition())
              || altered(answers.uses().of(Kind.INDEX, index))
              // These columns the constraint itself depends on, and not its index.
              || key.columns().stream().anyMatch(each -> changes.alters(source.name(), each));
      return altered ? Optional.empty() : Optional.of(key);
    }
    List<String> columns = Stream.concat(key.columns().stream(), key.included().stream()).toList();
    if (columns.stream().noneMatch(column -> changes.alters(source.name(), column))) {
      return Optional.of(key);
    }
    boolean kept =
        columns.stream().noneMatch(column -> changes.drops(source.name(), column))
            && columns.stream().allMatch(this::sortable);
    return kept ? follow.key(key, this::renamed) : Optional.empty();
  }

  private boolean sortable(String column) {
    return changes
        .column(source.name(), column)
        .flatMap(mappedColumn -> answers.reading(mapped, mappedColumn))
        .map(Reading::sortable)
        .orElse(true);
  }

  private void computed(Key key) {
    for (String column : key.columns()) {
      if (changes.converts(source.name(), column)) {
        losses.risk(
            "%s: column %s of key %s is converted; two values may become one, which the key refuses"
                .formatted(
                    mapped.target(),
                    SqlIdentifier.quoteWhereNeeded(renamed(column)),
                    SqlIdentifier.quoteWhereNeeded(key.name())));
      }
    }
  }

  private Key underParent(Key key) {
    return new Key(
        key.name(),
        key.kind(),
        key.columns(),
        key.included(),
        key.definition(),
        key.deferrable(),
        key.initiallyDeferred(),
        key.options(),
        key.tablespace(),
        key.indexStatistics(),
        key.parentIndex().map(changes::index),
        key.comment(),
        key.indexComment());
  }

  private List<ForeignKey> foreignKeys() {
    List<ForeignKey> keys = new ArrayList<>();
    for (ForeignKey key : source.foreignKeys()) {
      TableName other = key.referencedTable();
      boolean same =
          !changes.renames(other)
              && key.columns().stream().noneMatch(each -> changes.alters(source.name(), each))
              && key.referencedColumns().stream().noneMatch(each -> changes.alters(other, each));
      if (same) {
        keys.add(key);
        continue;
      }
      Optional<String> unlike = unlike(key);
      if (unlike.isPresent()) {
        lost("foreign key", key.name(), unlike.get());
        continue;
      }
      Optional<ForeignKey> followed =
          follow.foreignKey(
              key,
              this::renamed,
              changes.table(other),
              column -> changes.column(other, column).map(MappedColumn::target).orElse(column));
      if (followed.isPresent()) {
        keys.add(followed.get());
      } else {
        lost("foreign key", key.name(), "its definition is more than a list of columns; " + ADD);
      }
    }
    return keys;
  }

  /** Why a foreign key cannot be between its columns any more. */
  private Optional<String> unlike(ForeignKey key) {
    TableName other = key.referencedTable();
    for (int at = 0; at < key.columns().size(); at++) {
      String column = key.columns().get(at);
      String to = key.referencedColumns().get(at);
      Optional<MappedColumn> from = changes.column(source.name(), column);
      Optional<MappedColumn> referred = changes.column(other, to);
      if (from.isEmpty() || referred.isEmpty()) {
        return Optional.of("a column of it is dropped");
      }
      if (!changes.converts(source.name(), column) && !changes.converts(other, to)) {
        continue;
      }
      String type = WantedColumns.base(changes.type(source.name(), from.get()));
      String otherType = WantedColumns.base(changes.type(other, referred.get()));
      boolean alike =
          type.equals(otherType) || (INTEGERS.contains(type) && INTEGERS.contains(otherType));
      if (!alike) {
        return Optional.of(
            "its columns are of types %s and %s in the target; convert both alike"
                .formatted(type, otherType));
      }
      losses.risk(
          "%s: a column of foreign key %s is converted; it holds only where both sides are alike"
              .formatted(mapped.target(), SqlIdentifier.quoteWhereNeeded(key.name())));
    }
    return Optional.empty();
  }

  private List<Check> checks() {
    List<Check> checks = new ArrayList<>();
    for (Check check : source.checks()) {
      boolean altered =
          ofOtherRow(check.definition())
              || altered(answers.uses().of(Kind.CHECK, source.name(), check.name()));
      if (altered) {
        lost(
            "check",
            check.name(),
            "it names a column that is renamed, dropped or converted; " + ADD);
      } else {
        checks.add(check);
      }
    }
    return checks;
  }

  /** Whether it is about a whole row, by the table's name, and that or the row is another one. */
  private boolean ofOtherRow(String definition) {
    return definition.contains(".*")
        && (changes.reshapes(source) || !mapped.target().name().equals(source.name().name()));
  }

  /** Whether one of the table's own columns among these is altered. */
  private boolean altered(Set<ColumnUses.Use> uses) {
    return uses.stream()
        .filter(use -> use.table().equals(source.name()) && !use.column().isEmpty())
        .anyMatch(use -> changes.alters(source.name(), use.column()));
  }

  private List<Index> indexes() {
    List<Index> indexes = new ArrayList<>();
    for (Index index : source.indexes()) {
      Optional<Index> followed = index(index);
      if (followed.isPresent()) {
        indexes.add(followed.get());
      } else if (index.valid()) {
        lost(
            "index",
            index.name().name(),
            "it is over a column that is dropped or converted, or by an expression; " + ADD);
      }
    }
    return indexes;
  }

  private Optional<Index> index(Index index) {
    Set<ColumnUses.Use> uses = answers.uses().of(Kind.INDEX, index.name());
    boolean whole = ofOtherRow(index.definition());
    boolean altered = whole || altered(uses);
    if (!altered && !mapped.renamed()) {
      return Optional.of(underParent(index));
    }
    if (!altered) {
      return follow
          .index(index, source.name(), mapped.target(), Optional.empty(), false)
          .map(this::underParent);
    }
    List<String> columns =
        uses.stream().map(ColumnUses.Use::column).filter(name -> !name.isEmpty()).toList();
    boolean converts = columns.stream().anyMatch(column -> changes.converts(source.name(), column));
    boolean kept =
        !whole
            && columns.stream().noneMatch(column -> changes.drops(source.name(), column))
            && columns.stream().allMatch(this::sortable);
    return kept
        ? follow
            .index(index, source.name(), mapped.target(), Optional.of(this::renamed), converts)
            .map(this::underParent)
        : Optional.empty();
  }

  private Index underParent(Index index) {
    return new Index(
        index.name(),
        index.unique(),
        index.columns(),
        index.definition(),
        index.valid(),
        index.tablespace(),
        index.statistics(),
        index.parentIndex().map(changes::index),
        index.comment());
  }

  private List<TableRule> rules() {
    List<TableRule> rules = new ArrayList<>();
    for (TableRule rule : source.rules()) {
      String kind = rule.kind().name().toLowerCase(Locale.ROOT);
      boolean follows =
          switch (rule.kind()) {
            // What a trigger's function does with the row is text that nobody can read for sure.
            case TRIGGER -> !mapped.renamed() && !changes.altersAny(source);
            case RULE -> unchanged(Kind.RULE, rule);
            case POLICY -> unchanged(Kind.POLICY, rule);
            case STATISTICS -> unchanged(Kind.STATISTICS, rule);
          };
      if (follows) {
        rules.add(rule);
      } else {
        // Rules have their names as SQL writes them, and statistics with their schema.
        losses.lost(
            kind,
            rule.kind() == TableRule.Kind.STATISTICS
                ? rule.name()
                : mapped.target() + "." + rule.name(),
            "it names the table, or columns, that are called otherwise in the target or converted; "
                + ADD);
      }
    }
    return rules;
  }

  private boolean unchanged(Kind kind, TableRule rule) {
    return !ofOtherRow(rule.definition())
        && !mapped.renamed()
        && !changes.touches(answers.uses().of(kind, source.name(), rule.name()));
  }

  private void lost(String kind, String name, String reason) {
    losses.lost(kind, mapped.target() + "." + SqlIdentifier.quoteWhereNeeded(name), reason);
  }
}
