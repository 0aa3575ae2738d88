package dev.sensei.cli.system;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.run.MigrateRequest;
import dev.sensei.schemas.event.CertificateIssued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Certificates as files: a copy in the data directory, and the one where the person asked for it.
 * The copy gets its name only once the other is written, so a certificate without one was not
 * delivered.
 */
final class CertificateFiles {
  private final Path copies;
  private final MigrateRequest request;

  CertificateFiles(MigrateRequest request) {
    this.copies = request.platform().dataDirectory().resolve("certificates");
    this.request = request;
  }

  /**
   * Checks, before anything is started, that a certificate can be written where it is asked for.
   *
   * @throws CommandException where it cannot
   */
  static void requireWritable(MigrateRequest request) {
    Path file = request.certificate().orElseGet(() -> Path.of("certificate")).toAbsolutePath();
    Path parent = file.getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw CommandException.usage(
          "the certificate cannot be written to %s: its directory does not exist; make it, or name another file with --certificate"
              .formatted(file));
    }
    if (!Files.isWritable(parent)) {
      throw CommandException.usage(
          "the certificate cannot be written to %s: its directory is not writable; name another file with --certificate"
              .formatted(file));
    }
    if (request.certificate().isPresent()
        && Files.exists(file)
        && !(Files.isRegularFile(file) && Files.isWritable(file))) {
      throw CommandException.usage(
          "the certificate cannot be written to %s: it is no file that can be written; name another with --certificate"
              .formatted(file));
    }
  }

  /** Whether the certificate of a migration was written where it was asked for. */
  boolean delivered(String migrationId) {
    return Files.isRegularFile(copy(migrationId));
  }

  /** Writes a certificate, and its copy; returns where it was asked for. */
  Path deliver(String migrationId, CertificateIssued issued) {
    Path file =
        request
            .certificate()
            .orElseGet(() -> Path.of("sensei-" + migrationId + ".certificate.jws"))
            .toAbsolutePath();
    try {
      Files.createDirectories(copies);
      Path draft = copies.resolve("." + migrationId + ".jws");
      Files.writeString(draft, issued.getCertificate());
      Files.writeString(file, issued.getCertificate());
      Files.move(
          draft,
          copy(migrationId),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      return file;
    } catch (IOException failed) {
      throw new CommandException(
          ExitCode.USAGE,
          "migration %s is certified, but its certificate could not be written to %s; mend that, and the same command again writes it"
              .formatted(migrationId, file),
          failed);
    }
  }

  private Path copy(String migrationId) {
    return copies.resolve(migrationId + ".jws");
  }
}
