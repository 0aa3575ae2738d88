package dev.sensei.cli.system;

import dev.sensei.certificate.KeyFileException;
import dev.sensei.certificate.SigningKey;
import dev.sensei.certificate.VerificationKey;
import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.display.ResultDocument;
import dev.sensei.cli.run.MigrateRequest;
import dev.sensei.cli.run.RunListener;
import dev.sensei.cli.run.RunResult;
import dev.sensei.cli.spec.MigrationSpec;
import dev.sensei.databases.DatabaseUri;
import dev.sensei.schemas.command.AcceptExceptions;
import dev.sensei.schemas.command.CancelMigration;
import dev.sensei.schemas.command.CreateMigration;
import dev.sensei.schemas.command.ResumeMigration;
import dev.sensei.schemas.command.RetryMigration;
import dev.sensei.schemas.command.StartMigration;
import dev.sensei.schemas.common.DatabaseReference;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.common.LifecycleState;
import dev.sensei.schemas.common.Milestone;
import dev.sensei.schemas.common.Options;
import dev.sensei.schemas.event.CertificateIssued;
import dev.sensei.schemas.state.Drain;
import dev.sensei.schemas.state.MigrationState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One run of {@code migrate}: a new migration, or the unfinished one of the same two databases. */
final class MigrationRun {
  private static final DateTimeFormatter ID_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final int ID_RANDOM_BYTES = 2;

  private final Connection connection;
  private final MigrateRequest request;
  private final RunListener listener;
  private final CertificateFiles certificates;

  MigrationRun(Connection connection, MigrateRequest request, RunListener listener) {
    this.connection = connection;
    this.request = request;
    this.listener = listener;
    this.certificates = new CertificateFiles(request);
  }

  RunResult run() throws InterruptedException {
    Follower follower = new Follower(connection, listener, request.requestedBy());
    FormerRuns former = new FormerRuns(connection, request);
    Optional<MigrationState> unfinished = former.unfinished();
    if (unfinished.isPresent()
        && unfinished.get().getDrain() == Drain.NONE
        && asksOtherwise(unfinished.get())) {
      giveUp(unfinished.get(), follower);
      unfinished = Optional.empty();
    }
    if (unfinished.isEmpty()) {
      Optional<String> undelivered = former.undelivered();
      if (undelivered.isPresent()) {
        listener.note(
            "Migration %s of the same source and target is certified already, but its certificate was not written here yet; writing it. The same command again makes a new migration."
                .formatted(undelivered.get()));
        return result(undelivered.get(), Follower.End.OVER);
      }
    }
    if (unfinished.filter(this::waitsForAcceptance).isPresent()) {
      String waiting = unfinished.get().getMigrationId();
      listener.note(
          "Migration %s moved, but its exceptions are not accepted. \"%s\" accepts them, and so does this command with --accept-exceptions."
              .formatted(waiting, listener.command("accept", waiting)));
      return result(waiting, Follower.End.OVER);
    }
    String id;
    long leaving = 0;
    if (unfinished.isPresent()) {
      id = unfinished.get().getMigrationId();
      leaving = takeUp(unfinished.get(), follower);
    } else {
      id = newId();
      listener.note("Migration " + id + ".");
      follower.send(
          id,
          CreateMigration.newBuilder()
              .setMigrationId(id)
              .setSource(reference(request.source()))
              .setTarget(reference(request.target()))
              .setOptions(request.spec().toContract())
              .setRequestedBy(request.requestedBy())
              .build());
      follower.send(id, start(id));
    }
    Follower.End end = follower.follow(id, leaving);
    if (unfinished.isPresent()
        && request.acceptExceptions()
        && end == Follower.End.OVER
        && exceptionsRefused(state(id))) {
      // Taking it up exported a later snapshot, say, which ended what was accepted before.
      MigrationState refused = state(id);
      follower.takeUp(refused, accept(refused));
      end = follower.follow(id, refused.getSequence());
    }
    if (end == Follower.End.OVER && state(id).getState() == LifecycleState.CANCELLED) {
      listener.note(
          "Migration %s is cancelled; the same command again makes a new migration.".formatted(id));
    }
    return result(id, end);
  }

  /** Whether all that is missing is somebody's word, which this run does not give. */
  private boolean waitsForAcceptance(MigrationState found) {
    return exceptionsRefused(found) && !request.acceptExceptions();
  }

  private static boolean exceptionsRefused(MigrationState found) {
    return found.getState() == LifecycleState.FAILED
        && found.getDrain() == Drain.NONE
        && found.getFailure() != null
        && found.getFailure().getCode().equals(ResultDocument.EXCEPTIONS_NOT_ACCEPTED);
  }

  /** Whether a spec asks for other options than the unfinished migration has. */
  private boolean asksOtherwise(MigrationState found) {
    Options asked = request.spec().toContract();
    return !asked.equals(MigrationSpec.DEFAULTS.toContract()) && !asked.equals(found.getOptions());
  }

  /**
   * Ends an unfinished migration that has changed nothing, so that one with other options begins.
   */
  private void giveUp(MigrationState found, Follower follower) throws InterruptedException {
    String id = found.getMigrationId();
    if (found.getPlan() > 1 || !found.getApprover().isEmpty() || found.getTargetTouched()) {
      throw CommandException.usage(
          "migration %s of the same source and target is %s under other options, and somebody has worked on its plan; go on with it without --spec, or give it up first with \"%s\""
              .formatted(
                  id,
                  found.getState().name().toLowerCase(Locale.ROOT),
                  listener.command("cancel", id)));
    }
    listener.note(
        "Giving up migration %s of the same source and target: it has other options, and has changed nothing yet."
            .formatted(id));
    follower.send(
        id,
        CancelMigration.newBuilder()
            .setMigrationId(id)
            .setReason("begun again with other options")
            .setRequestedBy(request.requestedBy())
            .build());
  }

  /** Goes on with an unfinished migration; returns the sequence that its next state has to pass. */
  private long takeUp(MigrationState found, Follower follower) throws InterruptedException {
    String id = found.getMigrationId();
    listener.note(
        "Resuming migration %s of the same source and target, which is %s."
            .formatted(id, found.getState().name().toLowerCase(Locale.ROOT).replace('_', ' ')));
    if (found.getDrain() != Drain.NONE) {
      listener.note("What it made in the target is being taken back; waiting for that to end.");
      return 0;
    }
    return switch (found.getState()) {
      case CREATED -> {
        follower.takeUp(found, start(id));
        yield found.getSequence();
      }
      case PAUSED -> {
        follower.takeUp(
            found,
            ResumeMigration.newBuilder()
                .setMigrationId(id)
                .setRequestedBy(request.requestedBy())
                .build());
        yield found.getSequence();
      }
      case FAILED -> {
        follower.takeUp(
            found,
            exceptionsRefused(found)
                ? accept(found)
                : RetryMigration.newBuilder()
                    .setMigrationId(id)
                    .setRequestedBy(request.requestedBy())
                    .build());
        yield found.getSequence();
      }
      case COMPLETED -> {
        if (found.getWaitingFor() != Milestone.ERRORS_OPEN || !request.acceptExceptions()) {
          yield 0;
        }
        follower.takeUp(found, accept(found));
        yield found.getSequence();
      }
      case UNKNOWN,
          ANALYZING,
          PLANNING,
          AWAITING_APPROVAL,
          APPROVED,
          RUNNING,
          VALIDATING,
          CERTIFIED,
          CANCELLED ->
          0;
    };
  }

  private AcceptExceptions accept(MigrationState found) {
    return AcceptExceptions.newBuilder()
        .setMigrationId(found.getMigrationId())
        .setPlanDigest(found.getPlanDigest())
        .setApprover(request.requestedBy())
        .build();
  }

  private StartMigration start(String id) {
    return StartMigration.newBuilder()
        .setMigrationId(id)
        .setRequestedBy(request.requestedBy())
        .build();
  }

  private MigrationState state(String id) {
    return connection
        .states()
        .of(id)
        .map(StateFeed.Snapshot::migration)
        .orElseThrow(() -> new IllegalStateException("the migration has no state"));
  }

  private RunResult result(String id, Follower.End end) {
    MigrationState migration = state(id);
    RunRecord told = RunRecord.read(connection.journal(), id);
    Optional<Path> certificate = told.certificate().map(issued -> certificates.deliver(id, issued));
    ResultDocument document =
        new ResultDocument(
            Optional.of(id),
            Optional.of(migration.getState().name().toLowerCase(Locale.ROOT)),
            told.verdict(),
            certificate.map(Path::toString),
            told.certificate().flatMap(this::publicKey).map(Path::toString),
            Optional.of(request.source().withoutPassword().toString()),
            Optional.of(request.target().withoutPassword().toString()),
            migration.getDone(),
            migration.getRows(),
            migration.getBytes(),
            migration.getTargetTouched(),
            told.seconds(),
            told.deviations(),
            NOT_CHECKED,
            switch (end) {
              case OVER ->
                  migration.getState() == LifecycleState.FAILED ? told.errors() : List.of();
              case ERRORS_OPEN -> List.of(errorsOpen(migration));
              case WAITING -> List.of();
            });
    return new RunResult(exitCode(migration, end), document);
  }

  private ResultDocument.ResultError errorsOpen(MigrationState migration) {
    String id = migration.getMigrationId();
    if (migration.getState() == LifecycleState.RUNNING) {
      int more = migration.getTroubles() - migration.getTroubled().size();
      return new ResultDocument.ResultError(
          ResultDocument.ERRORS_OPEN,
          "foreign keys cannot be made: %s%s. Mend those rows in the source and try them again with errors retry, or set aside what refers to them with \"%s\""
              .formatted(
                  String.join("; ", migration.getTroubled()),
                  more > 0 ? "; and %d more tables".formatted(more) : "",
                  listener.command("errors set-aside", id)),
          "");
    }
    return new ResultDocument.ResultError(
        ResultDocument.ERRORS_OPEN,
        "%,d rows wait in the error queue; \"%s\" says why. Decide about them with errors retry or errors skip, or accept that they are left out with \"%s\""
            .formatted(
                migration.getOpenErrors(),
                listener.command("errors list", id),
                listener.command("accept", id)),
        "");
  }

  /** The public key that a certificate is checked with, where this installation has it. */
  private Optional<Path> publicKey(CertificateIssued issued) {
    Path file = SigningKey.publicFileIn(request.platform().dataDirectory());
    try {
      if (Files.isRegularFile(file)
          && VerificationKey.read(file).keyId().equals(issued.getKeyId())) {
        return Optional.of(file);
      }
    } catch (KeyFileException unreadable) {
      listener.note(String.valueOf(unreadable.getMessage()));
    }
    listener.note(
        "The certificate is signed with the key %s, which is not this installation's: check it with the public key of the validator that signed it."
            .formatted(issued.getKeyId()));
    return Optional.empty();
  }

  /** Perspectives that this version does not have; the certificate names them too. */
  private static final List<String> NOT_CHECKED =
      List.of(
          "statistical: fingerprints are not built yet",
          "semantic: business rules are not built yet",
          "behavioral: replay of queries is not built yet");

  private static ExitCode exitCode(MigrationState migration, Follower.End end) {
    switch (end) {
      case WAITING -> {
        return ExitCode.WAITING_FOR_APPROVAL;
      }
      case ERRORS_OPEN -> {
        return ExitCode.NOT_CERTIFIED;
      }
      case OVER -> {}
    }
    return switch (migration.getState()) {
      case CERTIFIED -> ExitCode.OK;
      case FAILED ->
          switch (migration.getFailedPhase()) {
            case VALIDATING -> ExitCode.NOT_CERTIFIED;
            case ANALYZING, PLANNING -> configuration(migration) ? ExitCode.USAGE : ExitCode.FAILED;
            case UNKNOWN,
                CREATED,
                AWAITING_APPROVAL,
                APPROVED,
                RUNNING,
                PAUSED,
                COMPLETED,
                CERTIFIED,
                FAILED,
                CANCELLED ->
                ExitCode.FAILED;
          };
      case UNKNOWN,
          CREATED,
          ANALYZING,
          PLANNING,
          AWAITING_APPROVAL,
          APPROVED,
          RUNNING,
          PAUSED,
          COMPLETED,
          VALIDATING,
          CANCELLED ->
          ExitCode.FAILED;
    };
  }

  private static boolean configuration(MigrationState migration) {
    if (migration.getFailure() == null) {
      return false;
    }
    FailureClass why = migration.getFailure().getFailureClass();
    return why == FailureClass.CONFIGURATION || why == FailureClass.PERMISSION;
  }

  private static DatabaseReference reference(DatabaseUri uri) {
    return DatabaseReference.newBuilder()
        .setUri(uri.withoutPassword().toString())
        .setPasswordReference(uri.parameters().get(DatabaseUri.PASSWORD_REFERENCE))
        .build();
  }

  private static String newId() {
    byte[] random = new byte[ID_RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    return "m-" + ID_TIME.format(Instant.now()) + "-" + HexFormat.of().formatHex(random);
  }
}
