package dev.sensei.agents;

import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.agents.health.HealthServer;
import dev.sensei.agents.health.TaskCounters;
import dev.sensei.agents.journal.JournalDocuments;
import dev.sensei.agents.state.MigrationWatch;
import dev.sensei.schemas.RecordSerde;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An agent at work: as many members of its share group as it has slots, each with one task in work
 * at most, until it is closed.
 *
 * <p>Several agents of one process share nothing. A long-lived task holds its slot for as long as
 * its migration lives, so another slot takes that slot's place, up to {@link
 * AgentSettings#longLivedTasks()} of them; the one whose task has ended goes. Beyond that bound, a
 * long-lived task holds an ordinary slot, which the log says.
 */
public final class AgentService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AgentService.class);
  private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(2);
  private static final Duration READ_PATIENCE = Duration.ofSeconds(30);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
  private static final int LOOKS_IN_A_SPAN = 10;

  /** Between two chunks a slot is without one for a moment. */
  private static final double ALL_AT_WORK = 0.8;

  private static final Duration SLOTS_CLOSE = Duration.ofSeconds(6);

  private final AgentSettings settings;
  private final RecordSerde serde;
  private final MigrationWatch migrations;
  private final ReportSender reports;
  private final Workplace workplace;
  private final Stopping stopping = new Stopping();
  private final Reachability reachability;
  private final TasksInWork inWork = new TasksInWork();
  private final TaskCounters counters = new TaskCounters();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final Map<Slot, Thread> slots = new ConcurrentHashMap<>();
  private final AtomicInteger slotNumbers = new AtomicInteger();
  private final AtomicInteger slotsToJoin;
  private final AtomicInteger substitutes = new AtomicInteger();
  private final Slot.Owner owner = new SlotOwner();
  private Optional<HealthServer> health = Optional.empty();
  private volatile boolean abandons;
  private final Optional<WorkMeter> tuned;
  private volatile int slotsAtWork;

  private AgentService(
      AgentSettings settings,
      DatabaseAccess databases,
      Function<AgentTools, ? extends TaskHandler> handler) {
    this.settings = settings;
    slotsToJoin = new AtomicInteger(settings.slots());
    slotsAtWork = settings.slots();
    reachability = new Reachability(settings.name(), settings.kafka());
    serde = RecordSerde.patient(settings.registry(), READ_PATIENCE);
    migrations = MigrationWatch.start(settings.kafka(), settings.clientId("states"), serde);
    reports = new ReportSender(settings, serde, reachability, stopping);
    JournalDocuments journal =
        new JournalDocuments(
            settings.kafka(), settings.clientId("journal"), serde, settings.journalWait());
    workplace =
        new Workplace(
            settings,
            handler.apply(new AgentTools(settings, databases, journal, migrations)),
            serde,
            reports,
            migrations,
            inWork,
            counters,
            reachability,
            stopping);
    tuned =
        settings.mostSlots() > settings.slots() ? workplace.handler().meter() : Optional.empty();
  }

  /**
   * Starts an agent. Returns at once; Kafka and the registry may come later.
   *
   * @param databases from references to connections, with the passwords of this process
   * @param handler makes what does the tasks, from what it may work with
   */
  public static AgentService start(
      AgentSettings settings,
      DatabaseAccess databases,
      Function<AgentTools, ? extends TaskHandler> handler) {
    AgentService service = new AgentService(settings, databases, handler);
    if (settings.healthPort().isPresent()) {
      service.health =
          Optional.of(
              HealthServer.start(
                  settings.healthHost(),
                  settings.healthPort().getAsInt(),
                  service::healthNow,
                  service::metrics));
    }
    Thread.ofPlatform().daemon().name(settings.clientId("start")).start(service::open);
    Thread.ofPlatform().daemon().name(settings.clientId("heartbeats")).start(service::beat);
    service.tuned.ifPresent(
        meter ->
            Thread.ofVirtual().name(settings.clientId("tuning")).start(() -> service.tune(meter)));
    return service;
  }

  /**
   * Completes when every slot has its tasks assigned. Completes with an exception where the share
   * group's settings are refused, and is cancelled where the agent is closed before.
   */
  public CompletableFuture<Void> ready() {
    return ready.copy();
  }

  /** Who this agent is in its reports. */
  public String name() {
    return settings.name();
  }

  /** What its tasks came to. */
  public TaskCounters counters() {
    return counters;
  }

  /** The port that health is served at; empty where it is not. */
  public OptionalInt healthPort() {
    return health.map(server -> OptionalInt.of(server.port())).orElse(OptionalInt.empty());
  }

  /**
   * Stops. Tasks in work see that they are cancelled and are given {@link
   * AgentSettings#stopGrace()}, then are interrupted; those that did not end go back to Kafka, and
   * other agents may have them at once.
   */
  @Override
  public void close() {
    if (stopping.hasBegun()) {
      return;
    }
    stopping.begin();
    serde.stopWaiting();
    ready.cancel(false);
    try {
      inWork.awaitAll(settings.stopGrace());
      inWork.interruptAll();
      inWork.awaitAll(AFTER_INTERRUPT);
      abandons = true;
      long deadline = System.nanoTime() + SLOTS_CLOSE.toNanos();
      for (Thread slot : slots.values()) {
        slot.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    abandons = true;
    slots.values().forEach(Thread::interrupt);
    workplace.handler().close();
    health.ifPresent(HealthServer::close);
    migrations.close();
    reports.close();
    serde.close();
  }

  private void open() {
    try {
      new ShareGroupSettings(settings, reachability).apply(stopping);
      for (int number = 0; number < settings.slots() && !stopping.hasBegun(); number++) {
        addSlot();
      }
    } catch (InterruptedException interrupted) {
      ready.cancel(false);
    } catch (IllegalStateException refused) {
      LOG.error("{}: {}", settings.name(), refused.getMessage());
      ready.completeExceptionally(refused);
    }
  }

  private void addSlot() {
    Slot slot = new Slot(workplace, owner, slotNumbers.incrementAndGet());
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name(settings.clientId("slot"))
            .unstarted(
                () -> {
                  slot.run();
                  slots.remove(slot);
                  if (slot.isReplaced()) {
                    substitutes.decrementAndGet();
                  }
                });
    slots.put(slot, thread);
    thread.start();
  }

  /** Finds out how many slots pay off, for as long as the agent runs. */
  private void tune(WorkMeter meter) {
    SlotTuning tuning = new SlotTuning(settings.slots(), settings.mostSlots());
    try {
      ready.join();
      long done = meter.done();
      while (!stopping.hasBegun()) {
        int atWork = 0;
        long began = System.nanoTime();
        for (int look = 0; look < LOOKS_IN_A_SPAN && !stopping.within(BETWEEN_LOOKS); look++) {
          atWork += Math.min(meter.tasks(), tuning.slots());
        }
        long now = meter.done();
        if (atWork >= ALL_AT_WORK * LOOKS_IN_A_SPAN * tuning.slots()) {
          tuning.observe((double) (now - done) / (System.nanoTime() - began));
        }
        done = now;
        work(tuning.slots());
      }
    } catch (InterruptedException | CancellationException | CompletionException ended) {
      LOG.debug("{} is not tuned any more", settings.name());
    } finally {
      slotsAtWork = Integer.MAX_VALUE;
    }
  }

  private void work(int slotsWanted) {
    if (slotsWanted != slotsAtWork) {
      LOG.debug("{} works with {} slots", settings.name(), slotsWanted);
      slotsAtWork = slotsWanted;
      while (slots.size() < slotsWanted && !stopping.hasBegun()) {
        addSlot();
      }
    }
  }

  private void beat() {
    try {
      reports.connect();
      while (!stopping.within(settings.heartbeatInterval())) {
        for (TaskIdentity task : inWork.identities()) {
          reports.heartbeat(task);
        }
      }
    } catch (InterruptedException interrupted) {
      LOG.debug("heartbeats of {} end", settings.name());
    }
  }

  private HealthServer.Health healthNow() {
    if (reachability.isAway()) {
      return HealthServer.Health.WAITING;
    }
    return ready.isDone() && !ready.isCompletedExceptionally()
        ? HealthServer.Health.READY
        : HealthServer.Health.STARTING;
  }

  private Map<String, Long> metrics() {
    Map<String, Long> metrics = new LinkedHashMap<>(counters.all());
    metrics.put("sensei_agent_tasks_in_work", (long) inWork.identities().size());
    metrics.put("sensei_agent_slots", (long) Math.min(slots.size(), slotsAtWork));
    return metrics;
  }

  private final class SlotOwner implements Slot.Owner {
    @Override
    public void joined(Slot slot) {
      if (slotsToJoin.decrementAndGet() == 0 && ready.complete(null)) {
        LOG.info("{} is ready with {} slots", settings.name(), settings.slots());
      }
    }

    @Override
    public boolean occupied(Slot slot) {
      if (stopping.hasBegun()) {
        return false;
      }
      if (substitutes.incrementAndGet() > settings.longLivedTasks()) {
        substitutes.decrementAndGet();
        LOG.warn(
            "{}: {} long-lived tasks are in work; one more holds an ordinary slot",
            settings.name(),
            settings.longLivedTasks());
        return false;
      }
      addSlot();
      return true;
    }

    @Override
    public boolean rests() {
      // Other work than what is measured has all slots.
      return tuned.filter(meter -> meter.tasks() >= slotsAtWork).isPresent();
    }

    @Override
    public boolean abandons() {
      return abandons;
    }
  }
}
