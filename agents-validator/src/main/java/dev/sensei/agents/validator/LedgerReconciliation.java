package dev.sensei.agents.validator;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.agents.journal.ApprovedPlans;
import dev.sensei.agents.journal.Journal;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.DatabaseRole;
import dev.sensei.databases.ledger.Ledger;
import dev.sensei.databases.ledger.LedgerEntry;
import dev.sensei.databases.ledger.LedgerSettings;
import dev.sensei.databases.ledger.RowChange;
import dev.sensei.databases.ledger.TableKey;
import dev.sensei.schemas.common.ChunkEvidence;
import dev.sensei.schemas.event.ChunkCopied;
import dev.sensei.schemas.event.TablePrepared;
import dev.sensei.schemas.event.TaskIssued;
import dev.sensei.schemas.report.LedgerReconciled;
import dev.sensei.schemas.task.ReconcileLedger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Holds the target's ledger against the journal: at each table's last epoch, both have to know the
 * same chunks with the same rows, bytes and digests, and the same rows set aside or changed.
 */
final class LedgerReconciliation {
  private static final String SESSION = "sensei-validator";
  private static final int LISTED = 100;

  private final DatabaseAccess databases;
  private final ApprovedPlans plans;
  private final Journal journal;
  private final Ledger ledger = new Ledger(LedgerSettings.DEFAULT);

  LedgerReconciliation(DatabaseAccess databases, ApprovedPlans plans, Journal journal) {
    this.databases = databases;
    this.plans = plans;
    this.journal = journal;
  }

  /** What the journal says of one table's chunks. */
  private static final class Told {
    private int epoch;
    private int chunks;
    private final Map<Integer, ChunkEvidence> copied = new TreeMap<>();
  }

  void reconcile(ReconcileLedger task, TaskContext context) throws Exception {
    ToldErrors errors = new ToldErrors();
    Map<Integer, Told> told = told(task, errors);
    List<String> discrepancies = new ArrayList<>();
    MessageDigest digest = sha256();
    long chunks = 0;
    long rows = 0;
    try (Connection target =
        databases.connections(task.getTarget(), DatabaseRole.TARGET).open(SESSION)) {
      for (TablePlan table : plans.plan(task.getMigrationId(), task.getPlanDigest()).tables()) {
        context.throwIfCancelled();
        Told journaled = told.getOrDefault(table.index(), new Told());
        List<LedgerEntry> entries =
            ledger.entries(
                target, new TableKey(task.getMigrationId(), table.target()), journaled.epoch);
        compare(table, journaled, entries, discrepancies);
        discrepancies.addAll(
            errors.objections(
                table,
                SetAsideRows.byLedger(
                        target,
                        new TableKey(task.getMigrationId(), table.target()),
                        journaled.epoch)
                    .rows()));
        for (LedgerEntry entry : entries) {
          chunks++;
          rows += entry.result().rows();
          digest.update(line(table, entry).getBytes(StandardCharsets.UTF_8));
        }
      }
    }
    context.report(
        LedgerReconciled.newBuilder()
            .setMigrationId(task.getMigrationId())
            .setTaskId(task.getTaskId())
            .setAttempt(task.getAttempt())
            .setAgent(context.agentName())
            .setChunks(chunks)
            .setRows(rows)
            .setDigest(HexFormat.of().formatHex(digest.digest()))
            .setDiscrepancies(discrepancies.stream().limit(LISTED).toList())
            .build());
  }

  private Map<Integer, Told> told(ReconcileLedger task, ToldErrors errors) {
    Map<Integer, Told> told = new HashMap<>();
    // The task was issued after the last chunk, so that what stands before it is all there is.
    journal.forEachUntil(
        task.getMigrationId(),
        "the issue of task " + task.getTaskId(),
        found -> {
          errors.take(found);
          switch (found.event()) {
            case TablePrepared prepared -> {
              Told table = told.computeIfAbsent(prepared.getTableIndex(), index -> new Told());
              if (table.epoch != prepared.getEpoch()) {
                table.copied.clear();
              }
              table.epoch = prepared.getEpoch();
              table.chunks = prepared.getChunks();
            }
            case ChunkCopied copied -> {
              Told table = told.computeIfAbsent(copied.getTableIndex(), index -> new Told());
              if (table.epoch == copied.getEpoch()) {
                table.copied.put(copied.getEvidence().getChunk(), copied.getEvidence());
              }
            }
            default -> {
              // No other event speaks of chunks.
            }
          }
          return found.event() instanceof TaskIssued issued
              && issued.getTaskId().equals(task.getTaskId())
              && issued.getAttempt() == task.getAttempt();
        });
    return told;
  }

  private static void compare(
      TablePlan table, Told journaled, List<LedgerEntry> entries, List<String> discrepancies) {
    Map<Integer, ChunkEvidence> open = new TreeMap<>(journaled.copied);
    for (LedgerEntry entry : entries) {
      int chunk = entry.key().chunk();
      ChunkEvidence evidence = open.remove(chunk);
      if (evidence == null) {
        discrepancies.add(
            "chunk %d of %s is in the ledger, not in the journal".formatted(chunk, table.source()));
      } else if (evidence.getRows() != entry.result().rows()
          || evidence.getBytes() != entry.result().bytes()
          || !evidence.getDigest().equals(entry.result().digest().toString())
          || evidence.getSetAside() != entry.setAside()
          || !deviations(evidence).equals(entry.deviations())) {
        discrepancies.add(
            "chunk %d of %s has other rows, bytes or digest in the ledger than in the journal, or other rows set aside or changed"
                .formatted(chunk, table.source()));
      }
    }
    open.keySet()
        .forEach(
            chunk ->
                discrepancies.add(
                    "chunk %d of %s is in the journal, not in the ledger"
                        .formatted(chunk, table.source())));
    if (entries.size() != journaled.chunks) {
      discrepancies.add(
          "%s was divided into %d chunks, the ledger has %d"
              .formatted(table.source(), journaled.chunks, entries.size()));
    }
  }

  private static SortedMap<String, Long> deviations(ChunkEvidence evidence) {
    SortedMap<String, Long> counts = new TreeMap<>();
    evidence
        .getDeviations()
        .forEach(
            deviation ->
                counts.merge(
                    new RowChange(deviation.getKind(), deviation.getColumn()).text(),
                    deviation.getRows(),
                    Long::sum));
    return counts;
  }

  private static String line(TablePlan table, LedgerEntry entry) {
    return "%s\t%d\t%d\t%d\t%d\t%s\t%d\t%s%n"
        .formatted(
            table.target(),
            entry.key().epoch(),
            entry.key().chunk(),
            entry.result().rows(),
            entry.result().bytes(),
            entry.result().digest(),
            entry.setAside(),
            entry.deviations());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}
