package dev.sensei.cli.system;

import dev.sensei.cli.display.MigrationView;
import dev.sensei.cli.run.AuditTrail;
import dev.sensei.cli.run.ErrorQueueAccess;
import dev.sensei.cli.run.MigrationCommand;
import dev.sensei.cli.run.MigrationControl;
import dev.sensei.cli.run.PlanSummary;
import dev.sensei.schemas.command.AcceptExceptions;
import dev.sensei.schemas.command.AmendPlan;
import dev.sensei.schemas.command.ApprovePlan;
import dev.sensei.schemas.command.CancelMigration;
import dev.sensei.schemas.command.ContinueMigration;
import dev.sensei.schemas.command.PauseMigration;
import dev.sensei.schemas.command.RejectPlan;
import dev.sensei.schemas.command.ResumeMigration;
import dev.sensei.schemas.command.RetryErrors;
import dev.sensei.schemas.command.RetryMigration;
import dev.sensei.schemas.command.RollBackMigration;
import dev.sensei.schemas.command.SetAsideOrphans;
import dev.sensei.schemas.command.SkipErrors;
import dev.sensei.schemas.common.LifecycleState;
import dev.sensei.schemas.common.Milestone;
import dev.sensei.schemas.state.Drain;
import dev.sensei.schemas.state.MigrationState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/** Looks at migrations and steers them through Kafka. */
final class SystemControl implements MigrationControl {
  private static final Set<LifecycleState> OVER =
      Set.of(LifecycleState.CERTIFIED, LifecycleState.FAILED, LifecycleState.CANCELLED);
  private static final Duration SETTLING = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(100);

  private final Connection connection;
  private final Optional<EmbeddedSystem> system;
  private final Path dataDirectory;

  /**
   * @param dataDirectory where the installation's keys are
   * @param system what ends with this control: the embedded system where it was started for it
   */
  SystemControl(Connection connection, Path dataDirectory, Optional<EmbeddedSystem> system) {
    this.connection = connection;
    this.dataDirectory = dataDirectory;
    this.system = system;
  }

  @Override
  public boolean staysUp() {
    return system.isEmpty();
  }

  @Override
  public List<MigrationView> migrations() {
    return connection.states().migrations().reversed().stream()
        .flatMap(migration -> connection.states().of(migration.getMigrationId()).stream())
        .map(this::view)
        .toList();
  }

  @Override
  public Optional<MigrationView> status(String migrationId) {
    return connection.states().of(migrationId).map(this::view);
  }

  private MigrationView view(StateFeed.Snapshot snapshot) {
    MigrationState migration = snapshot.migration();
    return Views.of(
        snapshot, connection.rowEstimates(migration.getMigrationId(), migration.getPlanDigest()));
  }

  @Override
  public Optional<PlanSummary> plan(String migrationId) {
    return connection
        .states()
        .of(migrationId)
        .map(snapshot -> snapshot.migration().getPlanDigest())
        .filter(digest -> !digest.isEmpty())
        .map(digest -> connection.plan(migrationId, digest));
  }

  @Override
  public Optional<Answer> send(String migrationId, MigrationCommand command, String requestedBy)
      throws InterruptedException {
    Optional<StateFeed.Snapshot> found = connection.states().of(migrationId);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    MigrationState before = found.get().migration();
    if (before.getDrain() == Drain.CANCEL && takesBack(command)) {
      // It is under way already: whoever asks again joins the wait.
      return Optional.of(new Answer.Taken(before.getState().name().toLowerCase(Locale.ROOT)));
    }
    Optional<Answer.Rejected> rejected =
        connection.ask(migrationId, contract(before, command, requestedBy), System.err::println);
    if (rejected.isPresent()) {
      return Optional.of(rejected.get());
    }
    return Optional.of(new Answer.Taken(stateAfter(migrationId, before.getSequence())));
  }

  @Override
  public Optional<Ended> awaitEnd(String migrationId, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    long version = -1;
    while (System.nanoTime() < deadline) {
      Optional<MigrationState> now =
          connection.states().of(migrationId).map(StateFeed.Snapshot::migration);
      if (now.isEmpty()) {
        return Optional.empty();
      }
      MigrationState found = now.get();
      if (found.getDrain() == Drain.NONE && OVER.contains(found.getState())) {
        String reason =
            found.getState() == LifecycleState.FAILED && found.getFailure() != null
                ? found.getFailure().getCode() + ": " + found.getFailure().getMessage()
                : "";
        return Optional.of(new Ended(found.getState().name().toLowerCase(Locale.ROOT), reason));
      }
      version = connection.states().awaitNewer(version, POLL);
    }
    return Optional.empty();
  }

  private static boolean takesBack(MigrationCommand command) {
    return command instanceof MigrationCommand.Cancel
        || command instanceof MigrationCommand.RollBack;
  }

  private String stateAfter(String migrationId, long sequence) throws InterruptedException {
    long deadline = System.nanoTime() + SETTLING.toNanos();
    long version = -1;
    while (System.nanoTime() < deadline) {
      Optional<MigrationState> now =
          connection.states().of(migrationId).map(StateFeed.Snapshot::migration);
      if (now.isPresent() && now.get().getSequence() > sequence) {
        return now.get().getState().name().toLowerCase(Locale.ROOT);
      }
      version = connection.states().awaitNewer(version, POLL);
    }
    return "on its way; see \"./sensei status " + migrationId + "\"";
  }

  private static SpecificRecord contract(
      MigrationState migration, MigrationCommand command, String by) {
    String id = migration.getMigrationId();
    return switch (command) {
      case MigrationCommand.Approve approve ->
          ApprovePlan.newBuilder()
              .setMigrationId(id)
              .setPlanDigest(migration.getPlanDigest())
              .setApprover(by)
              .setAcceptExceptions(approve.acceptExceptions())
              .build();
      case MigrationCommand.Reject reject ->
          RejectPlan.newBuilder()
              .setMigrationId(id)
              .setReason(reject.reason())
              .setRequestedBy(by)
              .build();
      case MigrationCommand.Amend amend ->
          AmendPlan.newBuilder()
              .setMigrationId(id)
              .setOptions(amend.spec().toContract())
              .setRequestedBy(by)
              .build();
      case MigrationCommand.Pause pause ->
          PauseMigration.newBuilder().setMigrationId(id).setRequestedBy(by).build();
      case MigrationCommand.Resume resume ->
          migration.getWaitingFor() == Milestone.UNKNOWN
              ? ResumeMigration.newBuilder().setMigrationId(id).setRequestedBy(by).build()
              : ContinueMigration.newBuilder().setMigrationId(id).setRequestedBy(by).build();
      case MigrationCommand.Cancel cancel ->
          CancelMigration.newBuilder()
              .setMigrationId(id)
              .setReason(cancel.reason())
              .setRequestedBy(by)
              .build();
      case MigrationCommand.Retry retry ->
          RetryMigration.newBuilder().setMigrationId(id).setRequestedBy(by).build();
      case MigrationCommand.RollBack roll ->
          RollBackMigration.newBuilder()
              .setMigrationId(id)
              .setReason(roll.reason())
              .setRequestedBy(by)
              .build();
      case MigrationCommand.RetryErrors retry ->
          RetryErrors.newBuilder()
              .setMigrationId(id)
              .setNumbers(retry.numbers())
              .setRequestedBy(by)
              .build();
      case MigrationCommand.SkipErrors skip ->
          SkipErrors.newBuilder()
              .setMigrationId(id)
              .setNumbers(skip.numbers())
              .setReason(skip.reason())
              .setRequestedBy(by)
              .build();
      case MigrationCommand.SetAsideOrphans orphans ->
          SetAsideOrphans.newBuilder().setMigrationId(id).setRequestedBy(by).build();
      case MigrationCommand.Accept accept ->
          AcceptExceptions.newBuilder()
              .setMigrationId(id)
              .setPlanDigest(migration.getPlanDigest())
              .setApprover(by)
              .build();
    };
  }

  @Override
  public Optional<ErrorQueueAccess> errors(String migrationId) {
    return connection
        .states()
        .of(migrationId)
        .map(snapshot -> new SystemErrors(snapshot, connection.journal(), dataDirectory));
  }

  @Override
  public Optional<Resolved> awaitErrorsResolved(String migrationId, Duration limit)
      throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    long version = -1;
    while (System.nanoTime() < deadline) {
      Optional<MigrationState> now =
          connection.states().of(migrationId).map(StateFeed.Snapshot::migration);
      if (now.isEmpty()) {
        return Optional.empty();
      }
      if (now.get().getResolution() == null) {
        return Optional.of(new Resolved(DecidedErrors.read(connection.journal(), migrationId)));
      }
      version = connection.states().awaitNewer(version, POLL);
    }
    return Optional.empty();
  }

  @Override
  public AuditTrail audit() {
    return new SystemAudit(connection.kafka());
  }

  @Override
  public void close() {
    connection.close();
    system.ifPresent(EmbeddedSystem::close);
  }
}
