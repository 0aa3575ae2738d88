package dev.sensei.cli.system;

import dev.sensei.agents.journal.JournalDocuments;
import dev.sensei.cli.display.ResultDocument;
import dev.sensei.databases.ledger.RowChange;
import dev.sensei.schemas.JournalRecord;
import dev.sensei.schemas.common.Failure;
import dev.sensei.schemas.common.Outcome;
import dev.sensei.schemas.common.TableErrors;
import dev.sensei.schemas.common.TableEvidence;
import dev.sensei.schemas.common.TableRunState;
import dev.sensei.schemas.common.Verdict;
import dev.sensei.schemas.event.AnalysisCompleted;
import dev.sensei.schemas.event.AnalysisStarted;
import dev.sensei.schemas.event.CertificateIssued;
import dev.sensei.schemas.event.ChunkCopied;
import dev.sensei.schemas.event.ErrorsResolved;
import dev.sensei.schemas.event.ExecutionCompleted;
import dev.sensei.schemas.event.ExecutionStarted;
import dev.sensei.schemas.event.MigrationFailed;
import dev.sensei.schemas.event.MilestonePassed;
import dev.sensei.schemas.event.PlanApproved;
import dev.sensei.schemas.event.PlanCompleted;
import dev.sensei.schemas.event.PlanningStarted;
import dev.sensei.schemas.event.ReferencesValidated;
import dev.sensei.schemas.event.RetryStarted;
import dev.sensei.schemas.event.SnapshotExported;
import dev.sensei.schemas.event.StructureValidated;
import dev.sensei.schemas.event.TableChecked;
import dev.sensei.schemas.event.TableMoved;
import dev.sensei.schemas.event.TableValidated;
import dev.sensei.schemas.event.TaskFailed;
import dev.sensei.schemas.event.ValidationStarted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a run came to, as the journal tells it. */
final class RunRecord {
  private final Map<String, Duration> phases = new LinkedHashMap<>();
  private final List<String> exceptions = new ArrayList<>();
  private final List<String> differences = new ArrayList<>();

  /** Those before which the source may have changed. */
  private final List<Integer> snapshots = new ArrayList<>();

  /** Tables that were done before the first of them. */
  private int doneBefore;

  private final Map<Integer, String> setAside = new TreeMap<>();
  private final Map<Integer, List<String>> changed = new TreeMap<>();
  private final Set<Integer> done = new HashSet<>();
  private final List<ResultDocument.ResultError> errors = new ArrayList<>();
  private Optional<CertificateIssued> certificate = Optional.empty();
  private Optional<Instant> phaseStart = Optional.empty();
  private Optional<Instant> firstChunk = Optional.empty();
  private Optional<Instant> lastChunk = Optional.empty();
  private Optional<Instant> copied = Optional.empty();
  private Optional<Instant> first = Optional.empty();
  private Optional<Instant> last = Optional.empty();

  /** Reads a migration's journal up to now. */
  static RunRecord read(JournalDocuments journal, String migrationId) {
    RunRecord told = new RunRecord();
    journal.forEach(migrationId, told::take);
    return told;
  }

  /** Takes the next record in. */
  void take(JournalRecord found) {
    Instant time = found.time();
    if (first.isEmpty()) {
      first = Optional.of(time);
    }
    last = Optional.of(time);
    switch (found.event()) {
      case AnalysisStarted event -> {
        errors.clear();
        begin(time);
      }
      // What failed before was tried again, and may be mended.
      case RetryStarted event -> errors.clear();
      case MilestonePassed event -> errors.clear();
      case AnalysisCompleted event -> end("analyze", time);
      case PlanCompleted event -> {
        end("plan", time);
        exceptions.clear();
        event
            .getExceptions()
            .forEach(
                exception ->
                    exceptions.add(
                        "%s %s is not carried: %s"
                            .formatted(
                                exception.getKind(),
                                exception.getObject(),
                                exception.getReason())));
      }
      case PlanApproved event -> end("approve", time);
      case ExecutionStarted event -> {
        startOver();
        begin(time);
      }
      case PlanningStarted event -> startOver();
      case TableMoved event -> {
        if (event.getTo() == TableRunState.DONE) {
          done.add(event.getTableIndex());
        } else {
          done.remove(event.getTableIndex());
        }
      }
      case SnapshotExported event -> {
        if (!event.getSourceUnchanged() && !done.isEmpty()) {
          snapshots.add(event.getNumber());
          doneBefore = snapshots.size() == 1 ? done.size() : doneBefore;
        }
      }
      case ValidationStarted event -> differences.clear();
      case ChunkCopied event -> {
        Instant started = event.getEvidence().getStartedAt();
        Instant finished = event.getEvidence().getFinishedAt();
        firstChunk =
            Optional.of(firstChunk.filter(earlier -> earlier.isBefore(started)).orElse(started));
        lastChunk =
            Optional.of(lastChunk.filter(later -> later.isAfter(finished)).orElse(finished));
      }
      case ExecutionCompleted event -> {
        end("move", time);
        copied = Optional.of(time);
      }
      case TableChecked event -> {
        if (event.getSetAside() == 0) {
          setAside.remove(event.getTableIndex());
        } else {
          setAside.put(
              event.getTableIndex(),
              "%,d rows of %s were set aside".formatted(event.getSetAside(), event.getTable()));
        }
      }
      case ErrorsResolved event -> event.getTables().forEach(this::resolved);
      case TableValidated event -> {
        changed(event);
        if (event.getOutcome() == Outcome.FAILED) {
          TableEvidence evidence = event.getEvidence();
          if (evidence.getSourceDigest().equals(evidence.getTargetDigest())) {
            evidence
                .getDifferences()
                .forEach(line -> differences.add("table %s: %s".formatted(event.getTable(), line)));
          } else {
            differences.add(
                "table %s differs between source and target".formatted(event.getTable()));
          }
        }
      }
      case ReferencesValidated event -> differences.addAll(event.getResult().getDifferences());
      case StructureValidated event -> differences.addAll(event.getResult().getDifferences());
      case TaskFailed event -> errors.add(error(event.getFailure()));
      case MigrationFailed event -> errors.add(error(event.getFailure()));
      case CertificateIssued event -> {
        end("validate", time);
        certificate = Optional.of(event);
      }
      default -> {
        // Every other event is a step on the way.
      }
    }
  }

  private void resolved(TableErrors table) {
    long corrected = table.getCorrected() - table.getFetched();
    long all = table.getOpen() + table.getSkipped() + table.getRetried() + corrected;
    if (all == 0 && table.getFetched() > 0) {
      setAside.put(
          table.getTableIndex(),
          "%,d rows of %s were fetched for rows that refer to them"
              .formatted(table.getFetched(), table.getTable()));
      return;
    }
    setAside.put(
        table.getTableIndex(),
        "%,d rows of %s were set aside: %,d wait, %,d were skipped, %,d retried, %,d corrected%s"
            .formatted(
                all,
                table.getTable(),
                table.getOpen(),
                table.getSkipped(),
                table.getRetried(),
                corrected,
                table.getFetched() == 0
                    ? ""
                    : "; %,d more were fetched for rows that refer to them"
                        .formatted(table.getFetched())));
  }

  private void changed(TableValidated event) {
    changed.remove(event.getTableIndex());
    List<String> lines =
        event.getEvidence().getDeviations().stream()
            .map(
                deviation ->
                    (RowChange.leavesOut(deviation.getKind())
                            ? "%,d rows of %s%s were left out by %s"
                            : "%,d rows of %s%s were changed by %s")
                        .formatted(
                            deviation.getRows(),
                            event.getTable(),
                            deviation.getColumn().isEmpty() ? "" : "." + deviation.getColumn(),
                            deviation.getKind()))
            .toList();
    if (!lines.isEmpty()) {
      changed.put(event.getTableIndex(), lines);
    }
  }

  /** Tables run from the beginning: at which moments they were read before is of no account. */
  private void startOver() {
    done.clear();
    snapshots.clear();
    setAside.clear();
    changed.clear();
  }

  /** What was copied before belongs to a run that was given up. */
  private void begin(Instant time) {
    phaseStart = Optional.of(time);
    copied = Optional.empty();
    firstChunk = Optional.empty();
    lastChunk = Optional.empty();
    differences.clear();
  }

  private void end(String phase, Instant time) {
    phaseStart.ifPresent(
        start -> phases.merge(phase, Duration.between(start, time), Duration::plus));
    phaseStart = Optional.of(time);
  }

  private static ResultDocument.ResultError error(Failure failure) {
    return new ResultDocument.ResultError(
        failure.getCode(), failure.getMessage(), failure.getObject());
  }

  private static double seconds(Duration duration) {
    return Math.round(duration.toMillis() / 10.0) / 100.0;
  }

  /** Seconds by phase, of the copy and in all, as the journal's times have them. */
  Map<String, Double> seconds() {
    Map<String, Double> all = new LinkedHashMap<>();
    phases.forEach((phase, duration) -> all.put(phase, seconds(duration)));
    if (firstChunk.isPresent() && lastChunk.isPresent()) {
      all.put("copy", seconds(Duration.between(firstChunk.get(), lastChunk.get())));
    }
    if (first.isPresent() && last.isPresent()) {
      all.put("total", seconds(Duration.between(first.get(), last.get())));
    }
    return all;
  }

  /** What is not carried, what was not read at one moment, and where the two sides differ. */
  List<String> deviations() {
    List<String> all = new ArrayList<>(exceptions);
    if (!snapshots.isEmpty()) {
      all.add(
          "snapshot%s %s: the source may have changed after %d tables were done: they and the others were not read at one moment"
              .formatted(
                  snapshots.size() == 1 ? "" : "s",
                  snapshots.stream().map(String::valueOf).collect(Collectors.joining(", ")),
                  doneBefore));
    }
    all.addAll(setAside.values());
    changed.values().forEach(all::addAll);
    all.addAll(differences);
    return all.stream().distinct().toList();
  }

  /** What went wrong, each once, the last first. */
  List<ResultDocument.ResultError> errors() {
    return errors.reversed().stream().distinct().toList();
  }

  /** The certificate. */
  Optional<CertificateIssued> certificate() {
    return certificate;
  }

  /** The verdict in the words of the result document. */
  Optional<String> verdict() {
    if (certificate.isPresent()) {
      return Optional.of(
          certificate.get().getVerdict() == Verdict.CERTIFIED
              ? ResultDocument.CERTIFIED
              : ResultDocument.CERTIFIED_WITH_EXCEPTIONS);
    }
    return copied.isPresent() ? Optional.of(ResultDocument.NOT_CERTIFIED) : Optional.empty();
  }
}
