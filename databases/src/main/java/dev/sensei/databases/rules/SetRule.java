package dev.sensei.databases.rules;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.sensei.databases.TableName;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the rows of a table have to keep together, or with those of another. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "rule")
@JsonSubTypes({
  @JsonSubTypes.Type(value = SetRule.Unique.class, name = "unique"),
  @JsonSubTypes.Type(value = SetRule.Reference.class, name = "reference")
})
public sealed interface SetRule {
  /** The target columns that it is about. */
  List<String> columns();

  /** Who asks for it. */
  ColumnRule.Origin origin();

  /** The rule and what is done, as a person reads it. */
  String text();

  /** Which of several rows with equal values goes to the target. */
  enum Keep {
    /** None of them. */
    NONE,
    /** The first in the order. */
    FIRST,
    /** The last in the order. */
    LAST
  }

  /**
   * No two rows have the same values in the columns.
   *
   * @param columns the target columns, at least one
   * @param nullsDistinct whether rows with a NULL in one of them are all different
   * @param keep which of several stays; the others are set aside
   * @param orderBy the target column that rows are ordered by, and behind it their place in the
   *     source's table; empty for their place alone
   */
  record Unique(
      List<String> columns,
      boolean nullsDistinct,
      Keep keep,
      Optional<String> orderBy,
      ColumnRule.Origin origin)
      implements SetRule {
    public Unique {
      columns = List.copyOf(columns);
      if (columns.isEmpty()) {
        throw new IllegalArgumentException("expected columns that are unique, found none");
      }
    }

    @Override
    public String text() {
      String what =
          switch (keep) {
            case NONE -> "queue";
            case FIRST -> "keep_first";
            case LAST -> "keep_last";
          };
      return "unique (%s): %s%s"
          .formatted(String.join(", ", columns), what, orderBy.map(by -> " by " + by).orElse(""));
    }
  }

  /** What is done with a row that lacks the row it refers to. */
  enum Lacking {
    /** Nothing: the foreign key cannot be made. */
    FAIL,
    /** Nothing: the target has the foreign key, and refuses the row as it may any other. */
    REFUSED,
    /** It is set aside. */
    QUEUE,
    /** So too, and then tried with that row, where the source has it since. */
    MIGRATE_PARENT
  }

  /**
   * Every row has the row that it refers to. One with a NULL among its columns refers to none, as
   * by MATCH SIMPLE.
   *
   * @param columns the target columns, at least one
   * @param table the target's table that they refer to
   * @param referenced its columns, in the same order
   * @param lacking what is done with a row that lacks the row it refers to
   */
  record Reference(
      List<String> columns,
      TableName table,
      List<String> referenced,
      Lacking lacking,
      ColumnRule.Origin origin)
      implements SetRule {
    public Reference {
      columns = List.copyOf(columns);
      referenced = List.copyOf(referenced);
      if (columns.isEmpty() || columns.size() != referenced.size()) {
        throw new IllegalArgumentException(
            "expected as many columns as they refer to, found %d and %d"
                .formatted(columns.size(), referenced.size()));
      }
    }

    @Override
    public String text() {
      return "reference (%s) to %s (%s): %s"
          .formatted(
              String.join(", ", columns),
              table,
              String.join(", ", referenced),
              lacking.name().toLowerCase(Locale.ROOT));
    }

    /** Whether a row without such a row is set aside. */
    public boolean setsAside() {
      return lacking == Lacking.QUEUE || lacking == Lacking.MIGRATE_PARENT;
    }
  }
}
