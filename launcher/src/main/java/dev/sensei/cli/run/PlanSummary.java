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
    List<String> notCarried,
    List<String> risks) {

  /**
   * A table of the plan.
   *
   * @param name the source table
   * @param target the table in the target
   * @param phase its phase, from 1
   * @param rowEstimate rows expected
   * @param confidence the lowest confidence of its mappings, 0 to 1
   * @param declared what a person declared of it, and the query that comes of it, one line each
   */
  public record PlannedTable(
      String name,
      String target,
      int phase,
      long rowEstimate,
      double confidence,
      List<String> declared) {
    public PlannedTable {
      declared = List.copyOf(declared);
    }

    /** A table of which nothing is declared. */
    public PlannedTable(
        String name, String target, int phase, long rowEstimate, double confidence) {
      this(name, target, phase, rowEstimate, confidence, List.of());
    }
  }

  public PlanSummary {
    tables = List.copyOf(tables);
    notCarried = List.copyOf(notCarried);
    risks = List.copyOf(risks);
  }
}
