package dev.sensei.agents.plan;

import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.ddl.Statement;
import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.common.RowHash;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All of a plan that is not of one table.
 *
 * @param sourceUri the source, without a password
 * @param targetUri the target, without a password
 * @param catalogDigest the digest of the source's catalog that it was made from
 * @param options what the person set, by name, in text
 * @param expected the target's catalog as it has to be in the end, without tables
 * @param preData statements before any row moves: schemas, extensions, types, sequences, tables
 * @param postData statements after every table is done: views, comments, owners
 * @param sequences the sequences whose values are carried over, by their names in the source
 * @param phases the DAG: tables of each phase, in order
 * @param tableDigests SHA-256 in hex over each table's plan, by the table's number
 * @param exceptions what is in scope and not carried
 * @param risks what may go wrong, one line each
 * @param estimatedSeconds time expected for the copy
 * @param movedSequences the sequences among them that have another name in the target
 */
public record MigrationPlan(
    String sourceUri,
    String targetUri,
    String catalogDigest,
    Map<String, String> options,
    Catalog expected,
    List<Statement> preData,
    List<Statement> postData,
    List<TableName> sequences,
    List<List<TableName>> phases,
    List<String> tableDigests,
    List<NotCarried> exceptions,
    List<String> risks,
    long estimatedSeconds,
    List<MovedSequence> movedSequences) {
  private static final String EXISTING_ROWS = "existingRows";
  private static final String ROW_HASH = "rowHash";
  private static final String ERROR_MAX_ROWS = "errorMaxRows";
  private static final String ERROR_MAX_PERCENT = "errorMaxPercent";
  private static final String ERROR_KEY = "errorKey";
  private static final String AUTO_APPROVE_ABOVE = "autoApproveAbove";
  private static final String REVIEW_ABOVE = "reviewAbove";

  public MigrationPlan {
    options = Map.copyOf(options);
    preData = List.copyOf(preData);
    postData = List.copyOf(postData);
    sequences = List.copyOf(sequences);
    phases = phases.stream().map(List::copyOf).toList();
    tableDigests = List.copyOf(tableDigests);
    exceptions = List.copyOf(exceptions);
    risks = List.copyOf(risks);
    movedSequences = List.copyOf(movedSequences);
  }

  /** The name in the target of one of the sequences. */
  public TableName targetOf(TableName sequence) {
    return movedSequences.stream()
        .filter(moved -> moved.source().equals(sequence))
        .map(MovedSequence::target)
        .findFirst()
        .orElse(sequence);
  }

  /** What is done where a table of the target holds rows; refused where the options do not say. */
  public ExistingRows existingRows() {
    return ExistingRows.valueOf(
        options.getOrDefault(EXISTING_ROWS, ExistingRows.REFUSE.toString()));
  }

  /** How many rows may be set aside; none where the options do not say. */
  public ErrorLimit errorLimit() {
    return new ErrorLimit(
        Long.parseLong(options.getOrDefault(ERROR_MAX_ROWS, "0")),
        Double.parseDouble(options.getOrDefault(ERROR_MAX_PERCENT, "100")));
  }

  /** The confidence up to which somebody should look at a mapping. */
  public double autoApproveAbove() {
    return Double.parseDouble(options.getOrDefault(AUTO_APPROVE_ABOVE, "0.95"));
  }

  /** The confidence below which a mapping needs a person. */
  public double reviewAbove() {
    return Double.parseDouble(options.getOrDefault(REVIEW_ABOVE, "0.8"));
  }

  /** The same plan with more that may go wrong. */
  public MigrationPlan withRisks(List<String> more) {
    return new MigrationPlan(
        sourceUri,
        targetUri,
        catalogDigest,
        options,
        expected,
        preData,
        postData,
        sequences,
        phases,
        tableDigests,
        exceptions,
        Stream.concat(risks.stream(), more.stream()).distinct().toList(),
        estimatedSeconds,
        movedSequences);
  }

  /** How rows are hashed to be compared; the careful way where the options do not say. */
  public RowHash rowHash() {
    return RowHash.valueOf(options.getOrDefault(ROW_HASH, RowHash.SHA_256.toString()));
  }

  /** Where the key of the error queue is; empty for the installation's. */
  public Optional<String> errorKey() {
    return Optional.ofNullable(options.get(ERROR_KEY)).filter(text -> !text.equals("null"));
  }

  /**
   * Something in scope that will not be in the target as it is in the source.
   *
   * @param kind the kind of object, such as {@code trigger}
   * @param object its identity
   * @param reason why it is not carried
   */
  public record NotCarried(String kind, String object, String reason) {}

  /** A sequence that has another name in the target, since its table has another schema there. */
  public record MovedSequence(TableName source, TableName target) {}
}
