package dev.sensei.cli.spec;

import dev.sensei.schemas.common.DeclaredRule;
import dev.sensei.schemas.common.Options;
import dev.sensei.schemas.common.Recovery;
import java.util.List;
import java.util.Optional;

/**
 * What values and rows have to keep, and what is done with those that do not.
 *
 * @param recovery for what the target asks for: of all tables first, then of single ones
 * @param rules what was declared beside that
 * @param maxRows rows of a table that may be set aside, 0 to 10,000
 * @param maxPercent percent of a table's rows that may be set aside, 0 to 100
 * @param key where the key is that rows set aside are encrypted with
 */
public record RowRules(
    List<Recovery> recovery,
    List<DeclaredRule> rules,
    long maxRows,
    double maxPercent,
    Optional<String> key) {
  /** What holds where nothing is set: the first row at fault fails its table. */
  public static final RowRules NONE = new RowRules(List.of(), List.of(), 0, 100, Optional.empty());

  public RowRules {
    recovery = List.copyOf(recovery);
    rules = List.copyOf(rules);
  }

  /** Adds them to what a command carries. */
  void addTo(Options.Builder options) {
    options
        .setRecovery(recovery)
        .setRules(rules)
        .setErrorMaxRows(maxRows)
        .setErrorMaxPercent(maxPercent)
        .setErrorKey(key.orElse(null));
  }
}
