package dev.sensei.cli.command;

import dev.sensei.certificate.CertificateJson;
import dev.sensei.certificate.CertificateVerifier;
import dev.sensei.certificate.KeyFileException;
import dev.sensei.certificate.SigningKey;
import dev.sensei.certificate.Verification;
import dev.sensei.certificate.VerificationKey;
import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.Session;
import dev.sensei.cli.display.CertificateText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks a certificate offline. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Checks a certificate offline, and says what it covers and what it does not.",
      "Exit code 0 where everything holds, 3 where it does not."
    })
public final class VerifyCommand implements Callable<Integer> {
  private final Session session;

  @SuppressWarnings("NullAway.Init") // picocli sets it: the parameter is required
  @Parameters(paramLabel = "CERTIFICATE", description = "The certificate's file.")
  private Path file;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description =
          "The public key, PEM or JWK (else the installation's pinned one; a key inside the"
              + " certificate counts for nothing).")
  private @Nullable Path key;

  @Option(names = "--json", description = "One document on standard output.")
  private boolean json;

  @Mixin private final PlatformOptions platform = new PlatformOptions();

  VerifyCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    byte[] certificate = readCertificate();
    Verification verification = CertificateVerifier.verify(certificate, readKey());
    if (json) {
      session.out().println(JsonText.of(document(verification)));
    }
    return switch (verification) {
      case Verification.Valid valid -> {
        if (!json) {
          CertificateText.lines(valid).forEach(session.out()::println);
        }
        yield ExitCode.OK.code();
      }
      case Verification.Invalid invalid -> {
        session
            .err()
            .println(
                "sensei: NOT VALID: %s: %s; %s"
                    .formatted(file, invalid.reason(), invalid.advice()));
        yield ExitCode.FAILED.code();
      }
    };
  }

  private byte[] readCertificate() {
    try (var input = Files.newInputStream(file)) {
      return input.readNBytes(CertificateVerifier.MAX_CERTIFICATE_BYTES + 1);
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.USAGE,
          "cannot read the certificate %s (%s); give a file that exists and can be read"
              .formatted(file, e.getClass().getSimpleName()),
          e);
    }
  }

  private VerificationKey readKey() {
    Path pinned = SigningKey.publicFileIn(platform.dataDirectory(session));
    if (key == null && !Files.exists(pinned)) {
      throw CommandException.usage(
          "this installation has no key of its own (%s); give the public key with --key FILE"
              .formatted(pinned));
    }
    try {
      return VerificationKey.read(key == null ? pinned : key);
    } catch (KeyFileException e) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
    }
  }

  private Map<String, Object> document(Verification verification) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("file", file.toString());
    switch (verification) {
      case Verification.Valid valid -> {
        members.put("valid", true);
        members.put("keyId", valid.keyId());
        members.put("certificate", CertificateJson.tree(valid.document()));
      }
      case Verification.Invalid invalid -> {
        members.put("valid", false);
        members.put("reason", invalid.reason());
        members.put("advice", invalid.advice());
      }
    }
    return members;
  }
}
