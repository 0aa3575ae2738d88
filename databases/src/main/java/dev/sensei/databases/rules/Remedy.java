package dev.sensei.databases.rules;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What is done where a value does not keep a rule. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "remedy")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Remedy.SetAside.class, name = "queue"),
  @JsonSubTypes.Type(value = Remedy.Truncate.class, name = "truncate"),
  @JsonSubTypes.Type(value = Remedy.Clamp.class, name = "clamp"),
  @JsonSubTypes.Type(value = Remedy.SetNull.class, name = "null"),
  @JsonSubTypes.Type(value = Remedy.UseDefault.class, name = "default"),
  @JsonSubTypes.Type(value = Remedy.StripNul.class, name = "strip")
})
public sealed interface Remedy {
  /** The remedy's name, as a spec writes it. */
  String name();

  /** The row goes to the error queue and not to the target. */
  record SetAside() implements Remedy {
    @Override
    public String name() {
      return "queue";
    }
  }

  /** The first characters of a text that is too long are kept. */
  record Truncate() implements Remedy {
    @Override
    public String name() {
      return "truncate";
    }
  }

  /** The nearest value that is allowed takes its place. */
  record Clamp() implements Remedy {
    @Override
    public String name() {
      return "clamp";
    }
  }

  /** NULL takes its place. */
  record SetNull() implements Remedy {
    @Override
    public String name() {
      return "null";
    }
  }

  /**
   * A constant takes the place of NULL.
   *
   * @param sql an expression of the target column's type that holds no column and is the same
   *     whenever it is computed
   */
  record UseDefault(String sql) implements Remedy {
    @Override
    public String name() {
      return "default";
    }
  }

  /** Every {@code \u0000} is taken out of a JSON text. */
  record StripNul() implements Remedy {
    @Override
    public String name() {
      return "strip";
    }
  }
}
