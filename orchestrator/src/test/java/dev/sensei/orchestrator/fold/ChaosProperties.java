package dev.sensei.orchestrator.fold;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.statistics.Statistics;

/**
 * Agents, timers and people in any order, with faults; then the faults stop. That the replayed
 * state equals the live one is held after every step by {@link World}.
 */
class ChaosProperties {
  private static final int FAULTY_STEPS = 150;
  private static final int MANY_TABLES = 12;
  private static final int MOST_STEPS = 4_000;
  private static final long MOST_SET_ASIDE = 5;
  private static final Options OPTIONS = Asked.setAside((int) MOST_SET_ASIDE, 100);

  @Property(tries = 300)
  void onceFaultsStopEveryMigrationEndsAndWhatIsCertifiedIsDoneAndValidated(
      @ForAll long seed, @ForAll @IntRange(min = 0, max = 6) int size) {
    int tables = size > 5 ? MANY_TABLES : size;
    Random random = new Random(seed);
    World world = new World();
    Agents agents = new Agents(shapes(random, tables));
    agents.keepsQueue = true;
    for (int table = 0; table < tables; table++) {
      if (agents.shapes.get(table).chunks() > 0
          && !agents.shapes.get(table).small()
          && random.nextInt(3) == 0) {
        agents.setAside.put(table, 1L + random.nextInt((int) MOST_SET_ASIDE));
      }
    }
    world.command(
        Asked.create(
            random.nextBoolean() ? OPTIONS : Asked.migratingParents((int) MOST_SET_ASIDE)));
    world.command(Asked.start());
    List<Report> said = new ArrayList<>();
    for (int i = 0; i < FAULTY_STEPS + 30 * tables && !Lifecycle.ended(world.state()); i++) {
      disturb(random, world, agents, said);
    }
    settle(world, agents);
    assertThat(Lifecycle.ended(world.state())).as("state %s", world.header()).isTrue();
    if (world.state() == LifecycleState.CERTIFIED) {
      assertThat(validatedSinceTheLastStart(world)).hasSize(tables).doesNotHaveDuplicates();
      assertThat(world.tables.values().stream().limit(tables))
          .allMatch(table -> table.state() == TableRunState.DONE)
          .allMatch(table -> table.validated() == CheckOutcome.PASSED)
          .allMatch(table -> table.rows() == 10L * table.chunks() + table.recoveredErrors())
          .allMatch(table -> table.foreignKeysAdded() || !table.foreignKeys());
    }
    countsAreThoseOfTablesThatAreDone(world);
    Statistics.label("end").collect(world.state());
    world.outcomes.keySet().forEach(Statistics.label("outcome")::collect);
    noChunkCountsTwice(world);
    endsAbsorb(world, said);
  }

  private static void countsAreThoseOfTablesThatAreDone(World world) {
    MigrationState m = world.header();
    List<TableState> done =
        world.tables.values().stream()
            .filter(table -> table.state() == TableRunState.DONE)
            .toList();
    assertThat(m.rows()).isEqualTo(done.stream().mapToLong(TableState::rows).sum());
    assertThat(m.openErrors()).isEqualTo(done.stream().mapToLong(TableState::openErrors).sum());
    assertThat(m.deviatingRows())
        .isEqualTo(done.stream().mapToLong(TableState::deviatingRows).sum());
    assertThat(m.recoveredErrors())
        .isEqualTo(done.stream().mapToLong(TableState::recoveredErrors).sum());
    assertThat(m.correctedErrors())
        .isEqualTo(done.stream().mapToLong(TableState::correctedErrors).sum());
  }

  private static List<Integer> validatedSinceTheLastStart(World world) {
    List<Integer> validated = new ArrayList<>();
    for (Event event : world.journal) {
      if (event instanceof Event.ValidationStarted) {
        validated.clear();
      } else if (event instanceof Event.TableValidated e) {
        validated.add(e.tableIndex());
      }
    }
    return validated;
  }

  private static List<Agents.Shape> shapes(Random random, int tables) {
    List<Agents.Shape> shapes = new ArrayList<>();
    for (int i = 0; i < tables; i++) {
      if (random.nextInt(3) == 0) {
        shapes.add(Agents.Shape.small(random.nextBoolean()));
        continue;
      }
      Set<Integer> dependsOn = new HashSet<>();
      for (int on = 0; on < i; on++) {
        if (random.nextInt(3) == 0) {
          dependsOn.add(on);
        }
      }
      shapes.add(
          new Agents.Shape(
              random.nextInt(5), random.nextBoolean(), dependsOn.stream().sorted().toList()));
    }
    return shapes;
  }

  private static void disturb(Random random, World world, Agents agents, List<Report> said) {
    List<Task> pending = List.copyOf(world.pending);
    Optional<Task> task =
        pending.isEmpty()
            ? Optional.empty()
            : Optional.of(pending.get(random.nextInt(pending.size())));
    switch (random.nextInt(22)) {
      case 0 -> task.ifPresent(world.pending::remove);
      case 1 -> fireFirst(world);
      case 10 -> task.ifPresent(t -> beat(world, t));
      case 11 -> world.now = world.now.plusSeconds(random.nextInt(300));
      case 2 -> {
        if (!said.isEmpty()) {
          world.report(said.get(random.nextInt(said.size())));
        }
      }
      case 3 -> {
        if (!world.issued.isEmpty()) {
          tell(
              world,
              agents.answer(world, world.issued.get(random.nextInt(world.issued.size()))),
              said);
        }
      }
      case 4, 5 ->
          task.ifPresent(
              t -> {
                world.pending.remove(t);
                FailureClass[] classes = FailureClass.values();
                FailureClass failureClass =
                    random.nextInt(4) == 0
                        ? classes[random.nextInt(classes.length)]
                        : FailureClass.TRANSIENT;
                tell(world, List.of(Agents.failed(t, failureClass, "FAULT")), said);
              });
      case 6 ->
          task.ifPresent(
              t -> {
                world.pending.remove(t);
                tell(
                    world,
                    List.of(
                        new Report.TaskReleased(
                            World.ID, t.taskId(), t.attempt(), Agents.WHO, "stopped")),
                    said);
              });
      case 7 -> keeperBeginsAgain(random, world, agents, said);
      case 8 ->
          agents.ledger.values().stream()
              .filter(chunks -> !chunks.isEmpty() && random.nextBoolean())
              .findFirst()
              .ifPresent(chunks -> chunks.remove(chunks.iterator().next()));
      case 9 -> command(random, world);
      default -> {
        task.ifPresent(
            t -> {
              world.pending.remove(t);
              tell(world, agents.answer(world, t), said);
            });
        if (world.state() == LifecycleState.AWAITING_APPROVAL) {
          world.command(Asked.approve(world.header().planDigest()));
        }
      }
    }
  }

  private static void keeperBeginsAgain(
      Random random, World world, Agents agents, List<Report> said) {
    List<Task> keepers = world.issued.stream().filter(Task.KeepSnapshot.class::isInstance).toList();
    if (keepers.isEmpty()) {
      return;
    }
    if (random.nextInt(3) == 0) {
      agents.visibility = "700:" + random.nextInt(701, Integer.MAX_VALUE) + ":";
    }
    if (random.nextInt(10) == 0) {
      agents.catalogDigest = "catalog-" + random.nextInt();
      agents.catalogSeenByKeeper = agents.catalogDigest;
    }
    tell(world, List.of(agents.exported(keepers.getLast())), said);
  }

  private static void command(Random random, World world) {
    switch (random.nextInt(18)) {
      case 0 -> {
        if (world.header().targetTouched()) {
          world.command(Asked.cancel());
        }
      }
      case 1 -> world.command(Asked.rollBack());
      case 2, 3, 4 -> world.command(Asked.retry());
      case 5, 6 -> world.command(Asked.pause());
      case 7 -> world.command(Asked.reject());
      case 8 -> world.command(new Command.AmendPlan(World.ID, OPTIONS, "grace"));
      case 9 -> world.command(Asked.create());
      case 10, 11 -> world.command(Asked.retryErrors());
      case 12 -> world.command(Asked.skipErrors());
      case 13 ->
          world.command(
              new Command.AcceptExceptions(World.ID, world.header().planDigest(), "grace"));
      default -> world.command(Asked.resume());
    }
  }

  /** Reports, and once in a row again: the second time nothing may happen. */
  private static void tell(World world, List<Report> reports, List<Report> said) {
    for (Report report : reports) {
      world.report(report);
      said.add(report);
      boolean restates =
          report instanceof Report.TableDescribed
              || report instanceof Report.CatalogDescribed
              || report instanceof Report.TablePlanned;
      if (!restates) {
        assertThat(world.report(report).events()).as("a duplicate of %s", report).isEmpty();
      }
    }
  }

  private static void beat(World world, Task task) {
    world.report(new Report.TaskHeartbeat(World.ID, task.taskId(), task.attempt(), Agents.WHO));
  }

  private static void fireFirst(World world) {
    world.timers.values().stream()
        .min(Comparator.comparing(World.Timer::at))
        .ifPresent(world::fire);
  }

  private static void settle(World world, Agents agents) {
    for (int i = 0; i < MOST_STEPS && !Lifecycle.ended(world.state()); i++) {
      if (!world.pending.isEmpty()) {
        world.work(agents);
      } else if (world.header().drain() != Drain.NONE) {
        fireFirst(world);
      } else {
        goOn(world);
      }
    }
  }

  private static void goOn(World world) {
    MigrationState m = world.header();
    switch (m.state()) {
      case AWAITING_APPROVAL -> world.command(Asked.approve(m.planDigest()));
      case PAUSED -> world.command(Asked.resume());
      case FAILED -> {
        String code = m.failure().orElseThrow().code();
        switch (code) {
          case "ROLLBACK_INCOMPLETE" -> world.command(Asked.cancel());
          case "EXCEPTIONS_NOT_ACCEPTED" ->
              world.command(new Command.AcceptExceptions(World.ID, m.planDigest(), "grace"));
          default -> world.command(Asked.retry());
        }
      }
      case UNKNOWN,
          CREATED,
          ANALYZING,
          PLANNING,
          APPROVED,
          RUNNING,
          COMPLETED,
          VALIDATING,
          CERTIFIED,
          CANCELLED -> {
        if (m.waitingFor() == Milestone.ERRORS_OPEN && m.resolution().isEmpty()) {
          world.command(
              m.openErrors() % 2 == 0
                  ? Asked.retryErrors()
                  : new Command.AcceptExceptions(World.ID, m.planDigest(), "grace"));
          return;
        }
        somebodyIsAsked(world, m);
        fireFirst(world);
      }
    }
  }

  /** Where everything is answered and a snapshot is kept, something else has to be open. */
  private static void somebodyIsAsked(World world, MigrationState m) {
    if (m.snapshotAlive()
        && (m.state() == LifecycleState.RUNNING || m.state() == LifecycleState.VALIDATING)) {
      assertThat(world.timers.keySet())
          .as("timers in %s", m)
          .anyMatch(task -> !task.value().contains("keep_snapshot"));
    }
  }

  private static void noChunkCountsTwice(World world) {
    Set<List<Integer>> counted = new HashSet<>();
    for (Event event : world.journal) {
      if (event instanceof Event.ChunkCopied e) {
        assertThat(counted.add(List.of(e.tableIndex(), e.epoch(), e.evidence().chunk())))
            .as("%s", e)
            .isTrue();
      } else if (event instanceof Event.TableChecked e) {
        e.missingChunks()
            .forEach(chunk -> counted.remove(List.of(e.tableIndex(), e.epoch(), chunk)));
      }
    }
  }

  private static void endsAbsorb(World world, List<Report> said) {
    MigrationState end = world.header();
    said.forEach(report -> assertThat(world.report(report).events()).isEmpty());
    List.copyOf(world.timers.values())
        .forEach(timer -> assertThat(world.fire(timer).events()).isEmpty());
    assertThat(world.header()).isEqualTo(end);
    world.command(Asked.retry());
    world.command(Asked.cancel());
    assertThat(world.state()).isEqualTo(end.state());
  }
}
