package dev.sensei.cli.system;

import dev.sensei.cli.run.MigrateRequest;
import dev.sensei.databases.DatabaseUri;
import dev.sensei.schemas.common.LifecycleState;
import dev.sensei.schemas.state.Drain;
import dev.sensei.schemas.state.MigrationState;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The migrations of the same source and target that a request finds. */
final class FormerRuns {
  private static final Set<LifecycleState> OVER =
      Set.of(LifecycleState.CERTIFIED, LifecycleState.CANCELLED);

  private final Connection connection;
  private final MigrateRequest request;
  private final CertificateFiles certificates;

  FormerRuns(Connection connection, MigrateRequest request) {
    this.connection = connection;
    this.request = request;
    this.certificates = new CertificateFiles(request);
  }

  /** The newest that is not over. */
  Optional<MigrationState> unfinished() {
    return newestFirst().filter(migration -> !isOver(migration)).findFirst();
  }

  /** The newest of all, where it is certified and the run that made it was cut off. */
  Optional<String> undelivered() {
    return newestFirst()
        .findFirst()
        .filter(migration -> migration.getState() == LifecycleState.CERTIFIED)
        .map(MigrationState::getMigrationId)
        .filter(id -> !certificates.delivered(id));
  }

  /** Whether there were some, and nothing of them is left to be done or to be delivered. */
  boolean areOver() {
    return newestFirst().findAny().isPresent() && unfinished().isEmpty() && undelivered().isEmpty();
  }

  private static boolean isOver(MigrationState migration) {
    return OVER.contains(migration.getState()) && migration.getDrain() == Drain.NONE;
  }

  private Stream<MigrationState> newestFirst() {
    return connection.states().migrations().reversed().stream()
        .filter(
            migration ->
                is(request.source(), migration.getSource().getUri())
                    && is(request.target(), migration.getTarget().getUri()));
  }

  private static boolean is(DatabaseUri asked, String found) {
    return asked.withoutPassword().toString().equals(found);
  }
}
