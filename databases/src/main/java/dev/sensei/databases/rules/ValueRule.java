package dev.sensei.databases.rules;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Optional;

/** What every value of a column has to keep. A NULL keeps all of them but {@link NotNull}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "rule")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ValueRule.NotNull.class, name = "not_null"),
  @JsonSubTypes.Type(value = ValueRule.MaxLength.class, name = "max_length"),
  @JsonSubTypes.Type(value = ValueRule.Range.class, name = "range"),
  @JsonSubTypes.Type(value = ValueRule.Pattern.class, name = "pattern"),
  @JsonSubTypes.Type(value = ValueRule.FitsType.class, name = "fits_type"),
  @JsonSubTypes.Type(value = ValueRule.NoNulBytes.class, name = "no_nul_bytes")
})
public sealed interface ValueRule {
  /** The rule's name, as a spec writes it where it may. */
  String name();

  /** The rule as a person reads it, such as {@code max_length 20}. */
  default String text() {
    return name();
  }

  /** There is a value. */
  record NotNull() implements ValueRule {
    @Override
    public String name() {
      return "not_null";
    }
  }

  /**
   * A text, or each text in an array, has at most so many characters. Blanks at the end count, as
   * PostgreSQL would cut them off without a word, unless the column is a {@code char}, where they
   * mean nothing.
   *
   * @param characters at least 0
   */
  record MaxLength(int characters) implements ValueRule {
    public MaxLength {
      if (characters < 0) {
        throw new IllegalArgumentException("expected a length of 0 or more, found " + characters);
      }
    }

    @Override
    public String name() {
      return "max_length";
    }

    @Override
    public String text() {
      return "max_length " + characters;
    }
  }

  /**
   * A number, date, time or interval lies between two values, which are allowed themselves. NaN
   * lies in no range.
   *
   * @param least the least value as a literal of the target column's type; empty for no limit
   * @param most the greatest likewise; one of the two has to be there
   */
  record Range(Optional<String> least, Optional<String> most) implements ValueRule {
    public Range {
      if (least.isEmpty() && most.isEmpty()) {
        throw new IllegalArgumentException("expected a range with a least or a most, found none");
      }
    }

    @Override
    public String name() {
      return "range";
    }

    @Override
    public String text() {
      return "range [%s, %s]".formatted(least.orElse(""), most.orElse(""));
    }
  }

  /**
   * A text matches as a whole.
   *
   * @param regex a regular expression as PostgreSQL's {@code ~} takes it, without anchors
   */
  record Pattern(String regex) implements ValueRule {
    @Override
    public String name() {
      return "pattern";
    }

    @Override
    public String text() {
      return "pattern " + regex;
    }
  }

  /**
   * The value can be cast to the target column's type, and the target takes it. Where {@link
   * CastGuard} knows no condition for the two types the rule holds nothing: the cast fails then.
   *
   * @param serverVersion the major version of the server that casts, which is the source's
   */
  record FitsType(int serverVersion) implements ValueRule {
    @Override
    public String name() {
      return "fits_type";
    }
  }

  /** A JSON text holds no {@code \u0000}, which {@code json} takes and {@code jsonb} does not. */
  record NoNulBytes() implements ValueRule {
    @Override
    public String name() {
      return "no_nul_bytes";
    }
  }
}
