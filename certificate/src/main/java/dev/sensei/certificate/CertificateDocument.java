package dev.sensei.certificate;

import dev.sensei.certificate.PerspectiveEvidence.Outcome;
import dev.sensei.certificate.PerspectiveEvidence.Perspective;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What a Behavioral Equivalence Certificate says: what was moved, what was checked and how it
 * ended, and what was not checked. Holds no row values and no passwords.
 *
 * @param formatVersion the version of this format, {@link #FORMAT_VERSION}
 * @param certificateId the certificate's own id
 * @param issuedAt when it was made
 * @param toolVersion the version of Sensei that made it
 * @param verdict what it attests
 * @param migrationId the migration
 * @param installationId the installation that carried it out
 * @param source the database that was read
 * @param target the database that was written
 * @param snapshots the snapshots that rows were read under, in order
 * @param planDigest SHA-256 in hex over the plan that was carried out
 * @param catalogDigest SHA-256 in hex over the source's catalog
 * @param approvals who approved what, in order
 * @param perspectives the five results, in the order of {@link Perspective}
 * @param tables what was read of each table
 * @param coverage how much of the scope was validated
 * @param deviations where the target holds something else than the source, by a declared rule
 * @param exceptionsAccepted what left the scope because a person accepted it
 * @param quarantined the rows set aside
 * @param ledger the ledger of chunks, before it was taken away
 * @param journal the journal record up to which this certificate speaks
 * @param notChecked what was not checked, one line each
 */
public record CertificateDocument(
    int formatVersion,
    String certificateId,
    Instant issuedAt,
    String toolVersion,
    CertificateVerdict verdict,
    String migrationId,
    String installationId,
    Database source,
    Database target,
    List<Snapshot> snapshots,
    String planDigest,
    String catalogDigest,
    List<Approval> approvals,
    List<PerspectiveEvidence> perspectives,
    List<TableProof> tables,
    Coverage coverage,
    List<Exemption> deviations,
    List<Exemption> exceptionsAccepted,
    Quarantine quarantined,
    Ledger ledger,
    JournalHead journal,
    List<String> notChecked) {

  /** The version that this code writes and reads. */
  public static final int FORMAT_VERSION = 1;

  /**
   * A database as it was when it was read.
   *
   * @param uri where it is, without a password
   * @param systemIdentifier the cluster's system identifier
   * @param serverVersion the server's version number, such as 150018
   */
  public record Database(String uri, String systemIdentifier, int serverVersion) {
    public Database {
      Invariants.notEmpty("uri", uri);
      Invariants.withoutPassword("uri", uri);
    }
  }

  /**
   * A state of the source that rows were read under.
   *
   * @param number its number, from 1
   * @param position the write-ahead log's position
   * @param visibility pg_current_snapshot as text, xmin:xmax:in-progress
   * @param systemIdentifier the source cluster's system identifier
   * @param timeline the source cluster's timeline
   * @param sourceUnchanged whether the source provably had not changed since the snapshot before
   */
  public record Snapshot(
      int number,
      String position,
      String visibility,
      String systemIdentifier,
      int timeline,
      boolean sourceUnchanged) {}

  /**
   * A person's approval.
   *
   * @param approver who
   * @param approvedAt when
   * @param planDigest what: SHA-256 in hex over the plan that was read
   * @param exceptionsAccepted whether the plan's exceptions were accepted
   */
  public record Approval(
      String approver, Instant approvedAt, String planDigest, boolean exceptionsAccepted) {}

  /**
   * How much of the scope was validated.
   *
   * @param tablesInScope tables in scope
   * @param tablesValidated tables read on both sides
   * @param rows rows of those tables in the source, but for those that were set aside
   */
  public record Coverage(long tablesInScope, long tablesValidated, long rows) {
    public Coverage {
      Invariants.notNegative("tablesInScope", tablesInScope);
      Invariants.notNegative("tablesValidated", tablesValidated);
      Invariants.notNegative("rows", rows);
    }
  }

  /**
   * Something in which the target differs from the source.
   *
   * @param kind the kind of object not carried, or the kind of deviation
   * @param object the object's identity in the source
   * @param reason why
   * @param rows how many rows it concerns; 0 where it concerns an object
   */
  public record Exemption(String kind, String object, String reason, long rows) {
    public Exemption {
      Invariants.notNegative("rows", rows);
    }
  }

  /**
   * The ledger of chunks.
   *
   * @param chunks entries
   * @param rows rows by its entries
   * @param digest SHA-256 in hex over its entries in order
   */
  public record Ledger(long chunks, long rows, String digest) {
    public Ledger {
      Invariants.notNegative("chunks", chunks);
      Invariants.notNegative("rows", rows);
      Invariants.sha256("ledger digest", digest);
    }
  }

  /**
   * A record of the journal.
   *
   * @param sequence its place in the migration's order
   * @param hash its hash, SHA-256 in hex, which binds every record before it
   */
  public record JournalHead(long sequence, String hash) {
    public JournalHead {
      Invariants.notNegative("sequence", sequence);
      Invariants.sha256("journal hash", hash);
    }
  }

  public CertificateDocument {
    Invariants.notEmpty("certificateId", certificateId);
    Invariants.notEmpty("migrationId", migrationId);
    Invariants.notEmpty("installationId", installationId);
    Invariants.notEmpty("toolVersion", toolVersion);
    Invariants.sha256("planDigest", planDigest);
    Invariants.sha256("catalogDigest", catalogDigest);
    snapshots = List.copyOf(snapshots);
    approvals = List.copyOf(approvals);
    perspectives = List.copyOf(perspectives);
    tables = List.copyOf(tables);
    deviations = List.copyOf(deviations);
    exceptionsAccepted = List.copyOf(exceptionsAccepted);
    notChecked = List.copyOf(notChecked);
    if (!perspectives.stream()
        .map(PerspectiveEvidence::perspective)
        .toList()
        .equals(List.of(Perspective.values()))) {
      throw new IllegalArgumentException(
          "perspectives have to be the five, once each, in the order "
              + List.of(Perspective.values()));
    }
  }

  /**
   * Where the evidence does not bear out the verdict, one line each; empty for a sound document. A
   * document with contradictions is not signed, and a signature does not heal one.
   */
  public List<String> contradictions() {
    List<String> found = new ArrayList<>();
    // No exemption excuses a difference: what rules and people leave out is in no digest.
    tables.forEach(table -> table.difference().ifPresent(found::add));
    if (verdict == CertificateVerdict.CERTIFIED && quarantined.rows() > 0) {
      found.add(
          "the verdict is certified, yet %d rows were set aside".formatted(quarantined.rows()));
    }
    found.addAll(quarantined.contradictions());
    quarantined.tables().stream()
        .map(Quarantine.Table::table)
        .filter(name -> tables.stream().noneMatch(table -> table.source().equals(name)))
        .forEach(
            name -> found.add("rows of %s were set aside, which was not read".formatted(name)));
    if (verdict == CertificateVerdict.CERTIFIED && !exceptionsAccepted.isEmpty()) {
      found.add(
          "the verdict is certified, yet %d exceptions were accepted"
              .formatted(exceptionsAccepted.size()));
    }
    if (verdict == CertificateVerdict.CERTIFIED) {
      for (PerspectiveEvidence evidence : perspectives) {
        if (evidence.outcome() == Outcome.FAILED) {
          found.add("the verdict is certified, yet %s failed".formatted(evidence.perspective()));
        }
      }
    }
    if (coverage.tablesValidated() != tables.size()) {
      found.add(
          "coverage names %d tables validated, yet %d are listed"
              .formatted(coverage.tablesValidated(), tables.size()));
    }
    long rows = tables.stream().mapToLong(TableProof::sourceRows).sum();
    if (coverage.rows() != rows) {
      found.add(
          "coverage names %d rows, yet the tables sum to %d".formatted(coverage.rows(), rows));
    }
    if (approvals.stream().noneMatch(approval -> approval.planDigest().equals(planDigest))) {
      found.add("no approval is bound to the plan that was carried out");
    }
    return found;
  }
}
