package dev.sensei.certificate;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;

/**
 * The rows that were set aside, and what has become of them.
 *
 * @param rows how many are not in the target as they were under the snapshot
 * @param note what became of rows at fault
 * @param decisions what people decided about them, in order
 * @param tables by table, those of which some were set aside
 */
public record Quarantine(long rows, String note, List<Decision> decisions, List<Table> tables) {
  /** Rows that are listed, over all tables; the digests bind all of them. */
  public static final int MOST_LISTED = 10_000;

  public Quarantine {
    Invariants.notNegative("rows", rows);
    decisions = List.copyOf(decisions);
    tables = List.copyOf(tables);
  }

  /** What has become of a row. */
  public enum State {
    /** Nobody decided about it, and the target lacks it. */
    @JsonProperty("open")
    OPEN,
    /** A person left it out. */
    @JsonProperty("skipped")
    SKIPPED,
    /** A rule of the plan left it out. */
    @JsonProperty("left_out")
    LEFT_OUT,
    /** The target has taken it after all, as it was under the snapshot. */
    @JsonProperty("retried")
    RETRIED,
    /** The target has taken it as the source has it since. */
    @JsonProperty("corrected")
    CORRECTED,
    /** The snapshot has not got it; the target has it since, for rows that refer to it. */
    @JsonProperty("fetched")
    FETCHED
  }

  /** What is done about rows. */
  public enum Action {
    /** They are tried again. */
    @JsonProperty("retry")
    RETRY,
    /** They are left out. */
    @JsonProperty("skip")
    SKIP,
    /** Rows that refer to such rows are taken out of the target, to wait for a decision too. */
    @JsonProperty("set_aside")
    SET_ASIDE,
    /**
     * Rows that lack what they refer to are tried again with that, where the source has it since.
     */
    @JsonProperty("migrate_parents")
    MIGRATE_PARENTS
  }

  /**
   * A person's decision.
   *
   * @param action what was to be done
   * @param decidedBy who decided
   * @param decidedAt when
   * @param reason why, as that person said; empty where nothing was said
   */
  public record Decision(Action action, String decidedBy, Instant decidedAt, String reason) {}

  /**
   * The rows of a table that were set aside.
   *
   * @param table the source table
   * @param rows how many are not in the target as they were under the snapshot
   * @param open those of them that nobody decided about
   * @param skipped those that a person left out
   * @param leftOut those that a rule of the plan left out
   * @param corrected those that the target has as the source has them since
   * @param retried how many more the target has after all, as they were under the snapshot
   * @param fetched how many the target has that the snapshot has not, for rows that refer to them
   * @param digest SHA-256 in hex over the key hashes of all of them, sorted, a line each
   * @param listed each of them, up to 10,000 in all tables
   */
  public record Table(
      String table,
      long rows,
      long open,
      long skipped,
      long leftOut,
      long corrected,
      long retried,
      long fetched,
      String digest,
      List<Row> listed) {
    public Table {
      Invariants.notNegative("rows", rows);
      Invariants.notNegative("open", open);
      Invariants.notNegative("skipped", skipped);
      Invariants.notNegative("leftOut", leftOut);
      Invariants.notNegative("corrected", corrected);
      Invariants.notNegative("retried", retried);
      Invariants.notNegative("fetched", fetched);
      Invariants.sha256("digest of the rows set aside", digest);
      listed = List.copyOf(listed);
    }

    private long in(State state) {
      return switch (state) {
        case OPEN -> open;
        case SKIPPED -> skipped;
        case LEFT_OUT -> leftOut;
        case RETRIED -> retried;
        case CORRECTED -> corrected;
        case FETCHED -> fetched;
      };
    }

    private boolean isWhole() {
      return listed.size() == all();
    }

    private long all() {
      return rows + retried + fetched;
    }

    private void contradictions(List<Decision> decisions, List<String> found) {
      if (rows != open + skipped + leftOut + corrected) {
        found.add(
            "%d rows of %s were set aside, yet %d were open, %d skipped, %d left out and %d corrected"
                .formatted(rows, table, open, skipped, leftOut, corrected));
      }
      for (State state : State.values()) {
        long named = listed.stream().filter(row -> row.state() == state).count();
        if (isWhole() ? named != in(state) : named > in(state)) {
          found.add(
              "%d rows of %s are %s, yet %d are listed as that"
                  .formatted(in(state), table, state, named));
        }
      }
      if (isWhole()
          && !digest.equals(Quarantine.digest(listed.stream().map(Row::keyHash).toList()))) {
        found.add("the rows of %s that were set aside have another digest".formatted(table));
      }
      listed.stream()
          .filter(row -> !row.isDecidedByOneOf(decisions))
          .findFirst()
          .ifPresent(
              row ->
                  found.add(
                      "a row of %s is %s, yet no such decision of \"%s\" is named"
                          .formatted(table, row.state(), row.decidedBy())));
    }
  }

  /**
   * A row that was set aside.
   *
   * @param keyHash HMAC-SHA-256 of its key under the error queue's key, in hex
   * @param sqlState the SQLSTATE for which it was not taken
   * @param column the column that was named; empty where none was
   * @param constraint the constraint or rule that was named; empty where none was
   * @param state what became of it
   * @param decidedBy the person who decided; empty where nobody has
   */
  public record Row(
      String keyHash,
      String sqlState,
      String column,
      String constraint,
      State state,
      String decidedBy) {
    public Row {
      Invariants.sha256("keyHash", keyHash);
    }

    private boolean isDecidedByOneOf(List<Decision> decisions) {
      return switch (state) {
        case OPEN, LEFT_OUT -> decidedBy.isEmpty();
        case SKIPPED -> isDecided(Action.SKIP, decisions);
        case RETRIED, CORRECTED, FETCHED ->
            isDecided(Action.RETRY, decisions) || isDecided(Action.MIGRATE_PARENTS, decisions);
      };
    }

    private boolean isDecided(Action action, List<Decision> decisions) {
      return decisions.stream()
          .anyMatch(
              decision -> decision.action() == action && decision.decidedBy().equals(decidedBy));
    }
  }

  /** SHA-256 in hex over key hashes, sorted, a line each. */
  public static String digest(Collection<String> keyHashes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      keyHashes.stream()
          .sorted()
          .forEach(hash -> digest.update((hash + "\n").getBytes(StandardCharsets.UTF_8)));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  /** Rows that nobody decided about, and those that a rule left out. */
  public long notDecided() {
    return tables.stream().mapToLong(table -> table.open() + table.leftOut()).sum();
  }

  /** Where the counts, the rows that are listed and the decisions do not agree, one line each. */
  List<String> contradictions() {
    List<String> found = new ArrayList<>();
    long setAside = tables.stream().mapToLong(Table::rows).sum();
    if (rows != setAside) {
      found.add("%d rows were set aside, yet the tables sum to %d".formatted(rows, setAside));
    }
    tables.forEach(table -> table.contradictions(decisions, found));
    long listed = tables.stream().mapToLong(table -> table.listed().size()).sum();
    if (listed > MOST_LISTED
        || (listed < MOST_LISTED && !tables.stream().allMatch(Table::isWhole))) {
      found.add(
          "up to %d rows that were set aside are listed, yet there are %d of %d"
              .formatted(MOST_LISTED, listed, tables.stream().mapToLong(Table::all).sum()));
    }
    return found;
  }
}
