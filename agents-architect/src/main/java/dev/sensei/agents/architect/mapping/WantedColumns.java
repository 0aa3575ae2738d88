package dev.sensei.agents.architect.mapping;

import dev.sensei.databases.catalog.Column;
import dev.sensei.databases.catalog.ColumnCompatibility;
import dev.sensei.databases.catalog.ColumnUses;
import dev.sensei.databases.catalog.Generated;
import dev.sensei.databases.catalog.Identity;
import dev.sensei.databases.catalog.NotNull;
import dev.sensei.databases.catalog.Sequence;
import dev.sensei.databases.catalog.Table;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The columns of a table as the target has to have them. */
final class WantedColumns {
  private static final Map<String, Long> GREATEST =
      Map.of(
          "smallint",
          (long) Short.MAX_VALUE,
          "integer",
          (long) Integer.MAX_VALUE,
          "bigint",
          Long.MAX_VALUE);
  private static final int NAMED_NOT_NULL = 18;
  private static final String NOT_NULL = "_not_null";
  private static final int NAME_BYTES = 63;
  private static final String NUMBER = "-?[0-9]+|nextval\\('[^']+'::regclass\\)";

  private final MappedTable table;
  private final Changes changes;
  private final SourceAnswers answers;
  private final Losses losses;
  private final boolean made;
  private final int targetVersion;
  private final Set<String> constraints;

  /**
   * Columns of one table.
   *
   * @param made whether the migration makes the table; what a table of the target has is its own
   * @param targetVersion the major version of the target's server
   */
  WantedColumns(
      MappedTable table,
      Changes changes,
      SourceAnswers answers,
      Losses losses,
      boolean made,
      int targetVersion) {
    this.table = table;
    this.changes = changes;
    this.answers = answers;
    this.losses = losses;
    this.made = made;
    this.targetVersion = targetVersion;
    this.constraints = constraints(table.source());
  }

  List<Column> all() {
    List<Column> columns = new ArrayList<>();
    for (MappedColumn column : table.columns()) {
      int position = columns.size() + 1;
      columns.add(
          column.source().isPresent()
              ? carried(column, column.source().get(), position)
              : added(column, position));
    }
    return columns;
  }

  private Column added(MappedColumn column, int position) {
    Reading reading = answers.reading(table, column).orElseThrow();
    narrowing(column, reading);
    // What a partition has of its parent is the parent's.
    boolean local = table.source().partition().isEmpty();
    return new Column(
        column.target(),
        position,
        reading.targetType(),
        0,
        0,
        local,
        column.required()
            ? Optional.of(new NotNull(notNullName(column), local, false, true, Optional.empty()))
            : Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        reading.form());
  }

  /** The name that the constraint is given, where the target's server has names for such. */
  private Optional<String> notNullName(MappedColumn column) {
    if (targetVersion < NAMED_NOT_NULL) {
      return Optional.empty();
    }
    String name = table.target().name() + "_" + column.target();
    String end = NOT_NULL;
    for (int number = 1; !constraints.add(fitting(name, end)); number++) {
      end = NOT_NULL + number;
    }
    return Optional.of(fitting(name, end));
  }

  /** A name with this end, of no more bytes than a name may have. */
  private static String fitting(String name, String end) {
    int length = name.length();
    while ((name.substring(0, length) + end).getBytes(StandardCharsets.UTF_8).length > NAME_BYTES) {
      length = name.offsetByCodePoints(length, -1);
    }
    return name.substring(0, length) + end;
  }

  /** The names that constraints of the table have. */
  private static Set<String> constraints(Table source) {
    Set<String> names = new HashSet<>();
    source
        .columns()
        .forEach(column -> column.notNull().flatMap(NotNull::name).ifPresent(names::add));
    source.checks().forEach(check -> names.add(check.name()));
    source.keys().forEach(key -> names.add(key.name()));
    source.foreignKeys().forEach(key -> names.add(key.name()));
    return names;
  }

  private Column carried(MappedColumn column, Column from, int position) {
    Table source = table.source();
    String type = changes.type(source.name(), column);
    boolean converts = changes.converts(source.name(), from.name());
    answers.reading(table, column).ifPresent(reading -> narrowing(column, reading));
    boolean sameBase = base(type).equals(base(from.type()));
    return new Column(
        column.target(),
        position,
        type,
        type.equals(from.type()) ? from.typeOid() : 0,
        type.equals(from.type()) ? from.baseTypeOid() : 0,
        from.local(),
        from.notNull(),
        defaultExpression(column, from, type),
        identity(column, from, type),
        generated(column, from, converts),
        kept("collation", column, from.collation(), sameBase),
        kept("storage", column, from.storage(), sameBase),
        kept("compression", column, from.compression(), sameBase),
        from.statisticsTarget(),
        from.options(),
        from.comment(),
        type.equals(from.type())
            ? from.form()
            : answers.reading(table, column).flatMap(Reading::form));
  }

  private void narrowing(MappedColumn column, Reading reading) {
    if (!reading.casts() || column.literal()) {
      return;
    }
    ColumnCompatibility fit =
        ColumnCompatibility.of(typed(reading.valueType()), typed(reading.targetType()));
    switch (fit.level()) {
      case IDENTICAL, WIDENING -> {}
      case NARROWING, INCOMPATIBLE ->
          losses.risk(
              "%s: %s becomes %s: a value may not fit, or lose something"
                  .formatted(table.named(column), reading.valueType(), reading.targetType()));
    }
  }

  private static Column typed(String type) {
    return new Column(
        "",
        1,
        type,
        0,
        0,
        true,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty());
  }

  private Optional<String> kept(
      String what, MappedColumn column, Optional<String> setting, boolean sameBase) {
    if (setting.isEmpty() || sameBase) {
      return setting;
    }
    lost(what, column, "its type changes; set it in the target, where it still applies");
    return Optional.empty();
  }

  /** A default keeps its text where it has the same meaning for the new type. */
  private Optional<String> defaultExpression(MappedColumn column, Column from, String type) {
    if (from.defaultExpression().isEmpty()) {
      return Optional.empty();
    }
    String text = from.defaultExpression().get();
    boolean numbers =
        GREATEST.containsKey(type) && GREATEST.containsKey(from.type()) && text.matches(NUMBER);
    if (!type.equals(from.type()) && !base(type).equals(base(from.type())) && !numbers) {
      lost("default", column, "its type changes; set a default of the new type in the target");
      return Optional.empty();
    }
    Optional<String> followed = changes.defaultExpression(text);
    if (followed.isEmpty()) {
      lost(
          "default",
          column,
          "it names a sequence that is in another schema in the target; set it there");
    }
    return followed;
  }

  private Optional<Identity> identity(MappedColumn column, Column from, String type) {
    if (from.identity().isEmpty()) {
      return Optional.empty();
    }
    Identity identity = from.identity().get();
    Long greatest = GREATEST.get(type);
    Long before = GREATEST.get(from.type());
    if (greatest == null || before == null) {
      lost("identity", column, "a column of type " + type + " cannot generate its values");
      return Optional.empty();
    }
    if (identity.sequence().isEmpty()) {
      return from.identity();
    }
    Sequence sequence = identity.sequence().get();
    // As ALTER COLUMN TYPE does: a bound that is the type's becomes that of the new type.
    long maximum = sequence.maximum() == before ? greatest : sequence.maximum();
    long minimum = sequence.minimum() == -before - 1 ? -greatest - 1 : sequence.minimum();
    if (maximum > greatest || minimum < -greatest - 1) {
      lost("identity", column, "the bounds of its sequence do not fit " + type);
      return Optional.empty();
    }
    return Optional.of(
        new Identity(
            identity.always(),
            Optional.of(
                new Sequence(
                    changes.sequence(sequence.name()),
                    type,
                    sequence.start(),
                    sequence.increment(),
                    minimum,
                    maximum,
                    sequence.cache(),
                    sequence.cycle(),
                    sequence.unlogged(),
                    Optional.of(new Sequence.OwningColumn(table.target(), column.target())),
                    sequence.owner(),
                    sequence.comment()))));
  }

  private Optional<Generated> generated(MappedColumn column, Column from, boolean converts) {
    if (from.generated().isEmpty()) {
      return Optional.empty();
    }
    boolean altered =
        answers.uses().of(ColumnUses.Kind.DEFAULT, table.source().name(), from.name()).stream()
            .anyMatch(
                use ->
                    use.column().isEmpty()
                        ? changes.reshapes(table.source())
                        : changes.alters(use.table(), use.column()));
    if (!altered && !converts) {
      return from.generated();
    }
    lost(
        "generated column",
        column,
        altered
            ? "it is computed from a column that changes; its values are copied, and nothing"
                + " computes them in the target"
            : "its type or values change; they are copied, and nothing computes them in the"
                + " target");
    return Optional.empty();
  }

  private void lost(String kind, MappedColumn column, String reason) {
    if (made) {
      losses.lost(kind, table.named(column), reason);
    }
  }

  /** A type without its length. */
  static String base(String type) {
    return type.startsWith("\"") ? type : type.replaceFirst("\\([0-9,-]+\\)", "");
  }
}
