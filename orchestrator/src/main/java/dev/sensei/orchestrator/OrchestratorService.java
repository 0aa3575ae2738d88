package dev.sensei.orchestrator;

import dev.sensei.orchestrator.codec.AvroCodec;
import dev.sensei.orchestrator.fold.Event;
import dev.sensei.orchestrator.fold.Fold;
import dev.sensei.orchestrator.projection.ControlDatabase;
import dev.sensei.orchestrator.projection.ProjectionService;
import dev.sensei.orchestrator.topology.Names;
import dev.sensei.orchestrator.topology.OrchestratorTopology;
import dev.sensei.orchestrator.topology.OutcomeCounters;
import dev.sensei.schemas.RecordSerde;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The orchestrator as a service: the topology, and the projection of its journal beside it. Topics
 * have to be there before it starts.
 */
public final class OrchestratorService implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(OrchestratorService.class);
  private static final long READY_CHECK_MILLIS = 20;

  /** A record that waits for the registry keeps its transaction open, which has to outlive that. */
  private static final Duration REGISTRY_PATIENCE = Duration.ofSeconds(15);

  private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(30);

  private final OrchestratorSettings settings;
  private final RecordSerde serde;
  private final ControlDatabase database;
  private final KafkaStreams streams;
  private final ProjectionService projection;
  private final OutcomeCounters counters;
  private final HealthServer health;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final CountDownLatch closing = new CountDownLatch(1);

  private OrchestratorService(
      OrchestratorSettings settings,
      RecordSerde serde,
      ControlDatabase database,
      KafkaStreams streams,
      OutcomeCounters counters) {
    this.settings = settings;
    this.serde = serde;
    this.database = database;
    this.streams = streams;
    this.counters = counters;
    projection =
        ProjectionService.start(database, serde, OrchestratorService::event, settings.projection());
    health = HealthServer.start(settings.healthPort(), this::isReady, this::numbers);
    var _ = Thread.ofVirtual().name("orchestrator-ready").start(this::awaitAssignment);
  }

  /**
   * Starts; returns at once, see {@link #ready()}.
   *
   * @throws RuntimeException where the control database cannot be opened or a port is taken
   */
  public static OrchestratorService start(OrchestratorSettings settings) {
    RecordSerde serde = RecordSerde.patient(settings.registryUrl(), REGISTRY_PATIENCE);
    OutcomeCounters counters = new OutcomeCounters();
    KafkaStreams streams =
        new KafkaStreams(
            OrchestratorTopology.build(
                new Fold(settings.fold()), serde, settings.topology(), counters),
            configuration(settings));
    streams.setUncaughtExceptionHandler(
        failed -> {
          counters.count("thread_failures");
          log.error("A thread of the topology failed and is replaced", failed);
          return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<ControlDatabase> database =
          threads.submit(() -> ControlDatabase.open(settings.control()));
      streams.start();
      return new OrchestratorService(settings, serde, opened(database), streams, counters);
    } catch (RuntimeException failed) {
      serde.close();
      streams.close(settings.closeTimeout());
      throw failed;
    }
  }

  private static ControlDatabase opened(Future<ControlDatabase> database) {
    try {
      return database.get();
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof RuntimeException known
          ? known
          : new IllegalStateException("the control database cannot be opened", failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the control database opened", interrupted);
    }
  }

  private static Properties configuration(OrchestratorSettings settings) {
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, Names.APPLICATION);
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
    properties.put(StreamsConfig.STATE_DIR_CONFIG, settings.stateDirectory().toString());
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "streams");
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.streamThreads());
    properties.put(StreamsConfig.POLL_MS_CONFIG, 20L);
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100L);
    properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0L);
    properties.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    properties.put(
        StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
        Math.toIntExact(TRANSACTION_TIMEOUT.toMillis()));
    properties.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
        2 * settings.topology().maxRecordBytes());
    properties.putAll(settings.streams());
    return properties;
  }

  /** The event that a record of the journal is. */
  private static Event event(SpecificRecord written) {
    return AvroCodec.fromAvro(Event.class, written)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no event that this version knows: " + written.getSchema().getFullName()));
  }

  /** Completes when the partitions are assigned and their state is there; later than running. */
  public CompletableFuture<Void> ready() {
    return ready.copy();
  }

  /** What became of inputs since the start, by name. */
  public Map<String, Long> counts() {
    return counters.all();
  }

  /** The port where it tells how it does; empty where it has none. */
  public OptionalInt healthPort() {
    return health.port();
  }

  private boolean isReady() {
    return streams.state() == KafkaStreams.State.RUNNING
        && assigned() >= settings.readyPartitions();
  }

  private int assigned() {
    return streams.metadataForLocalThreads().stream()
        .mapToInt(thread -> thread.activeTasks().size())
        .sum();
  }

  private Map<String, Long> numbers() {
    Map<String, Long> numbers = counters.all();
    numbers.put("partitions", (long) assigned());
    numbers.put("projection_applied", projection.applied());
    numbers.put("projection_skipped", projection.skipped());
    return numbers;
  }

  private void awaitAssignment() {
    try {
      while (!closing.await(READY_CHECK_MILLIS, TimeUnit.MILLISECONDS)) {
        if (isReady()) {
          log.info("The orchestrator is ready with {} partitions", assigned());
          ready.complete(null);
          return;
        }
      }
      ready.cancel(false);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops cleanly: what was begun is committed. Twice is no error. */
  @Override
  public void close() {
    if (closing.getCount() == 0) {
      return;
    }
    closing.countDown();
    serde.stopWaiting();
    health.close();
    if (!streams.close(settings.closeTimeout())) {
      log.warn("The topology did not stop within {}", settings.closeTimeout());
    }
    projection.close();
    database.close();
    serde.close();
  }
}
