package dev.sensei.orchestrator.fold;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HappyPathTest {

  @Test
  void aMigrationOfTablesWithDependenciesAndForeignKeysEndsCertified() {
    World world = new World();
    Agents agents =
        new Agents(
            List.of(
                new Agents.Shape(5, false, List.of()),
                new Agents.Shape(1, true, List.of(0)),
                new Agents.Shape(0, false, List.of()),
                new Agents.Shape(3, true, List.of(0, 1))));
    world.command(Asked.create());
    world.command(Asked.start());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.AWAITING_APPROVAL);
    world.command(Asked.approve());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
    assertThat(world.header().rows()).isEqualTo(90);
    assertThat(world.tables.values())
        .allMatch(table -> table.state() == TableRunState.DONE)
        .allMatch(table -> table.validated() == CheckOutcome.PASSED);
    assertThat(world.header().sequence()).isEqualTo(world.journal.size());
  }

  @Test
  void aMigrationWithoutTablesIsCertifiedToo() {
    World world = new World();
    Agents agents = new Agents(List.of());
    world.command(Asked.create());
    world.command(Asked.start());
    world.work(agents);
    world.command(Asked.approve());
    world.work(agents);
    assertThat(world.state()).isEqualTo(LifecycleState.CERTIFIED);
  }

  @Test
  void whatIsCertifiedIsTheJournalUpToTheIssuingOfTheTask() {
    World world = new World();
    Agents agents = Agents.of(1, 1);
    world.command(Asked.create());
    world.command(Asked.start());
    world.work(agents);
    world.command(Asked.approve());
    while (world.pending.stream().noneMatch(Task.CertifyMigration.class::isInstance)) {
      agents.answer(world, world.pending.removeFirst()).forEach(world::report);
    }
    assertThat(world.take(Task.CertifyMigration.class).journalSequence())
        .isEqualTo(world.journal.size());
  }
}
