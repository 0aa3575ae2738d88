package dev.sensei.agents.journal;

import dev.sensei.schemas.CommittedConsumer;
import dev.sensei.schemas.JournalRecord;
import dev.sensei.schemas.RecordHeaders;
import dev.sensei.schemas.RecordSerde;
import dev.sensei.schemas.RegistryAwayException;
import dev.sensei.schemas.Topics;
import dev.sensei.schemas.event.AnalysisCompleted;
import dev.sensei.schemas.event.CatalogDescribed;
import dev.sensei.schemas.event.PlanCompleted;
import dev.sensei.schemas.event.TableDescribed;
import dev.sensei.schemas.event.TablePlanned;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Reads a migration's journal: what an analysis described, the plan behind a digest, or every
 * record. Safe for use by several threads. Each reading is a consumer of its own, from the
 * beginning of the migration's partition; plans are kept, as every task of a migration needs its
 * plan.
 *
 * <p>The chain of hashes is not checked here: who needs that reads {@link #forEach} and compares.
 */
public final class JournalDocuments implements Journal, Analyses {
  private static final int KEPT_PLANS = 16;
  private static final int RECORDS_IN_A_POLL = 2_000;
  private static final Duration POLL = Duration.ofMillis(200);

  private final String kafka;
  private final String clientId;
  private final RecordSerde serde;
  private final Duration wait;
  private final Map<PlanKey, FutureTask<PlanDocuments>> plans =
      new LinkedHashMap<>(KEPT_PLANS, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<PlanKey, FutureTask<PlanDocuments>> eldest) {
          return size() > KEPT_PLANS;
        }
      };

  private record PlanKey(String migrationId, String digest) {}

  private record Attempt(int number, int attempt) {}

  /**
   * @param kafka the bootstrap servers
   * @param clientId the name that Kafka's logs know the reader by
   * @param serde what records are read with; stays the caller's
   * @param wait how long a wanted record is waited for
   */
  public JournalDocuments(String kafka, String clientId, RecordSerde serde, Duration wait) {
    this.kafka = kafka;
    this.clientId = clientId;
    this.serde = serde;
    this.wait = wait;
  }

  /**
   * What one attempt of an analysis described. An attempt whose agent was lost while it reported is
   * reported again, from the beginning: the last word on a table, and on a side, holds.
   *
   * @throws JournalException where that attempt's completion does not arrive in time, or not all
   *     that it counts came before it
   */
  @Override
  public CatalogDocuments catalog(String migrationId, int analysis, int attempt) {
    LinkedHashMap<String, TableDescribed> tables = new LinkedHashMap<>();
    Map<String, CatalogDescribed> catalogs = new LinkedHashMap<>();
    AnalysisCompleted[] completed = new AnalysisCompleted[1];
    scan(
        migrationId,
        "the end of analysis " + analysis + ", attempt " + attempt,
        found ->
            switch (found.event()) {
              case TableDescribed table
                  when table.getAnalysis() == analysis && table.getAttempt() == attempt -> {
                // Behind the others again, so that the last ones are those of the last report.
                tables.putLast(table.getTable(), table);
                yield false;
              }
              case CatalogDescribed catalog
                  when catalog.getAnalysis() == analysis && catalog.getAttempt() == attempt -> {
                catalogs.put(catalog.getSide(), catalog);
                yield false;
              }
              case AnalysisCompleted end
                  when end.getAnalysis() == analysis && end.getAttempt() == attempt -> {
                completed[0] = end;
                yield true;
              }
              default -> false;
            });
    AnalysisCompleted end = completed[0];
    List<TableDescribed> described = List.copyOf(tables.values());
    if (described.size() < end.getTables()) {
      throw incomplete(
          migrationId,
          "analysis %d, attempt %d".formatted(analysis, attempt),
          end.getTables(),
          described.size());
    }
    // What an earlier report of the attempt named, and the last did not, was dropped in between.
    return new CatalogDocuments(
        described.subList(described.size() - end.getTables(), described.size()),
        List.copyOf(catalogs.values()),
        end);
  }

  @Override
  public PlanDocuments plan(String migrationId, String planDigest) {
    PlanKey key = new PlanKey(migrationId, planDigest);
    FutureTask<PlanDocuments> reading = new FutureTask<>(() -> readPlan(key));
    FutureTask<PlanDocuments> first;
    synchronized (plans) {
      first = plans.putIfAbsent(key, reading);
    }
    if (first == null) {
      reading.run();
      first = reading;
    }
    try {
      return first.get();
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    } catch (ExecutionException failed) {
      synchronized (plans) {
        plans.remove(key, first);
      }
      throw failed.getCause() instanceof RuntimeException cause
          ? cause
          : new JournalException("JOURNAL_UNREADABLE", "the plan could not be read", true, failed);
    }
  }

  @Override
  public long forEach(String migrationId, Consumer<JournalRecord> each) {
    long[] count = new long[1];
    TopicPartition partition = partition(migrationId);
    try (CommittedConsumer consumer = consumer(partition)) {
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      long deadline = System.nanoTime() + wait.toNanos();
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<byte[], byte[]> consumed : consumer.poll(POLL)) {
          deadline = System.nanoTime() + wait.toNanos();
          if (consumed.offset() < end && isOf(migrationId, consumed)) {
            each.accept(JournalRecord.read(serde, consumed));
            count[0]++;
          }
        }
        if (System.nanoTime() - deadline > 0) {
          throw late(migrationId, "its end");
        }
      }
      return count[0];
    } catch (KafkaException failed) {
      throw unreadable(migrationId, failed);
    }
  }

  @Override
  public void forEachUntil(String migrationId, String awaited, Predicate<JournalRecord> isLast) {
    scan(migrationId, awaited, isLast);
  }

  private PlanDocuments readPlan(PlanKey key) {
    Map<Attempt, SortedMap<Integer, TablePlanned>> tables = new HashMap<>();
    PlanCompleted[] completed = new PlanCompleted[1];
    scan(
        key.migrationId(),
        "the plan with the digest " + key.digest(),
        found ->
            switch (found.event()) {
              case TablePlanned table -> {
                tables
                    .computeIfAbsent(
                        new Attempt(table.getPlan(), table.getAttempt()), _ -> new TreeMap<>())
                    .put(table.getTableIndex(), table);
                yield false;
              }
              case PlanCompleted end when end.getPlanDigest().equals(key.digest()) -> {
                completed[0] = end;
                yield true;
              }
              default -> false;
            });
    PlanCompleted end = completed[0];
    // As with a catalog, the last word on a table holds, and the completion says how many there
    // are.
    List<TablePlanned> planned =
        List.copyOf(
            tables
                .getOrDefault(new Attempt(end.getPlan(), end.getAttempt()), new TreeMap<>())
                .headMap(end.getTables())
                .values());
    if (planned.size() != end.getTables()) {
      throw incomplete(
          key.migrationId(), "the plan " + key.digest(), end.getTables(), planned.size());
    }
    return new PlanDocuments(planned, end);
  }

  private void scan(String migrationId, String wanted, Predicate<JournalRecord> isLast) {
    TopicPartition partition = partition(migrationId);
    long deadline = System.nanoTime() + wait.toNanos();
    try (CommittedConsumer consumer = consumer(partition)) {
      while (true) {
        for (ConsumerRecord<byte[], byte[]> consumed : consumer.poll(POLL)) {
          // A long journal is no reason to give up: time counts while nothing comes.
          deadline = Math.max(deadline, System.nanoTime() + POLL.toNanos());
          if (isOf(migrationId, consumed) && isLast.test(JournalRecord.read(serde, consumed))) {
            return;
          }
        }
        if (System.nanoTime() - deadline > 0) {
          throw late(migrationId, wanted);
        }
      }
    } catch (KafkaException failed) {
      throw unreadable(migrationId, failed);
    }
  }

  private JournalException late(String migrationId, String wanted) {
    return new JournalException(
        "JOURNAL_TIMEOUT",
        "expected %s in the journal of migration %s within %s, did not find it"
            .formatted(wanted, migrationId, wait),
        true);
  }

  private static JournalException incomplete(
      String migrationId, String what, int expected, int found) {
    return new JournalException(
        "JOURNAL_INCOMPLETE",
        "expected the %d tables of %s in the journal of migration %s, found %d"
            .formatted(expected, what, migrationId, found),
        false);
  }

  private static RuntimeException unreadable(String migrationId, KafkaException failed) {
    if (failed instanceof InterruptException) {
      return failed;
    }
    String what =
        switch (failed) {
          case SerializationException unreadable -> "holds a record that cannot be read";
          case RegistryAwayException away ->
              "could not be read: the schema registry does not answer";
          default -> "could not be read from Kafka";
        };
    return new JournalException(
        "JOURNAL_UNREADABLE",
        "the journal of migration " + migrationId + " " + what,
        !(failed instanceof SerializationException),
        failed);
  }

  private static boolean isOf(String migrationId, ConsumerRecord<byte[], byte[]> consumed) {
    return RecordHeaders.migration(consumed.headers()).filter(migrationId::equals).isPresent();
  }

  private static TopicPartition partition(String migrationId) {
    return new TopicPartition(Topics.JOURNAL, Topics.partitionOf(migrationId));
  }

  private CommittedConsumer consumer(TopicPartition partition) {
    CommittedConsumer consumer =
        new CommittedConsumer(
            kafka,
            Map.of(
                ConsumerConfig.CLIENT_ID_CONFIG,
                clientId,
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                RECORDS_IN_A_POLL,
                ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                Math.toIntExact(wait.toMillis()),
                ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                Math.toIntExact(Math.min(30_000, wait.toMillis()))));
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    return consumer;
  }
}
