package dev.sensei.cli.run;

import java.util.List;

/**
 * A plan as a person reads it before approving.
 *
 * @param migrationId the migration
 * @param planDigest what an approval is bound to, SHA-256 in hex
 * @param tables the tables, in the order of work
 * @param phases phases of the DAG
 * @param rowEstimate rows expected
 * @param byteEstimate bytes expected
 * @param estimatedSeconds time expected for the copy
 * @param flaggedMappings mappings that want a second look
 * @param errorLimit how many rows may be set aside, in a sentence
 * @param notCarried what the plan leaves behind, one line each
 * @param risks what may go wrong, one line each
 */
public record PlanSummary(
    String migrationId,
    String planDigest,
    List<PlannedTable> tables,
    int phases,
    long rowEstimate,
    long byteEstimate,
    long estimatedSeconds,
    int flaggedMappings,
    String errorLimit,
    List<String> notCarried,
    List<String> risks) {

  /**
   * A table of the plan.
   *
   * @param name the source table
   * @param target the table in the target
   * @param created whether the migration makes it
   * @param root the source table at the top of those that it is a partition of; its own name where
   *     it is none
   * @param phase its phase, from 1
   * @param rowEstimate rows expected
   * @param confidence the lowest confidence of its mappings, 0 to 1
   * @param declared what a person declared of it, one line each
   * @param query what its rows are read by; empty where nothing is declared and there is no rule
   * @param rules what its values and rows have to keep that the source does not guarantee
   * @param textColumns the columns for which its rows are copied as text, one line each
   * @param toLookAt its mappings that want a second look, one line each
   */
  public record PlannedTable(
      String name,
      String target,
      boolean created,
      String root,
      int phase,
      long rowEstimate,
      double confidence,
      List<String> declared,
      String query,
      List<PlannedRule> rules,
      List<String> textColumns,
      List<String> toLookAt) {
    public PlannedTable {
      declared = List.copyOf(declared);
      rules = List.copyOf(rules);
      textColumns = List.copyOf(textColumns);
      toLookAt = List.copyOf(toLookAt);
    }
  }

  /**
   * A rule of a table.
   *
   * @param column the target's column; empty for what rows have to keep together
   * @param rule the rule, and what is done where it is not kept
   * @param repairs whether the target gets other values than the source has
   */
  public record PlannedRule(String column, String rule, boolean repairs) {}

  public PlanSummary {
    tables = List.copyOf(tables);
    notCarried = List.copyOf(notCarried);
    risks = List.copyOf(risks);
  }
}
