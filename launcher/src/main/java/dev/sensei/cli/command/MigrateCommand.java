package dev.sensei.cli.command;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.Session;
import dev.sensei.cli.run.MigrateRequest;
import dev.sensei.cli.run.PlatformLocation;
import dev.sensei.cli.spec.MigrationSpec;
import dev.sensei.cli.spec.SpecException;
import dev.sensei.cli.spec.SpecFile;
import dev.sensei.databases.DatabaseUri;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Moves a database, start to certificate. */
@Command(
    name = "migrate",
    mixinStandardHelpOptions = true,
    description = {
      "Moves a database: analyse, plan, approve, move, validate, certify.",
      "Run again with the same source and target, it resumes what is unfinished."
    })
public final class MigrateCommand implements Callable<Integer> {
  private final Session session;

  @Option(
      names = "--source",
      paramLabel = "URI",
      description = "Where the rows come from: postgresql://user@host:port/database.")
  private @Nullable String source;

  @Option(names = "--target", paramLabel = "URI", description = "Where they go.")
  private @Nullable String target;

  @Option(
      names = "--spec",
      paramLabel = "FILE",
      description = "Tables, options and thresholds, as YAML.")
  private @Nullable Path spec;

  @Option(
      names = "--certificate",
      paramLabel = "FILE",
      description = "Where the certificate goes (else a file named by the migration, here).")
  private @Nullable Path certificate;

  @Mixin private final RunOptions run = new RunOptions();
  @Mixin private final PlatformOptions platform = new PlatformOptions();
  @Mixin private final EmbeddedOptions embedded = new EmbeddedOptions();
  @Mixin private final PersonOptions person = new PersonOptions();

  MigrateCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws InterruptedException {
    return run.follow(
        session,
        person.name(session),
        platform,
        listener -> session.backend().runner().migrate(request(), listener));
  }

  private MigrateRequest request() {
    MigrationSpec given = readSpec();
    DatabaseUri from = database("--source", source, given.source(), "source");
    DatabaseUri to = database("--target", target, given.target(), "target");
    if (sameDatabase(from, to)) {
      throw CommandException.usage(
          "source and target are the same database, %s; give another target"
              .formatted(to.withoutPassword()));
    }
    PlatformLocation where = embedded.on(platform.location(session));
    return new MigrateRequest(
        where,
        from,
        to,
        given,
        Optional.ofNullable(certificate),
        person.name(session),
        run.acceptsExceptions());
  }

  private MigrationSpec readSpec() {
    if (spec == null) {
      return MigrationSpec.DEFAULTS;
    }
    try {
      return SpecFile.read(spec);
    } catch (SpecException e) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
    }
  }

  private static DatabaseUri database(
      String option, @Nullable String given, Optional<DatabaseUri> specified, String side) {
    if (given == null) {
      return specified.orElseThrow(
          () ->
              CommandException.usage(
                  "no %s: give %s postgresql://user@host:port/database, or a %s section in the spec"
                      .formatted(side, option, side)));
    }
    if (specified.isPresent()) {
      throw CommandException.usage(
          "the %s is given twice, by %s and by the spec; keep one".formatted(side, option));
    }
    try {
      return DatabaseUri.parse(given);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, option + ": " + e.getMessage(), e);
    }
  }

  /** By name only; the identity that the servers themselves give is compared once connected. */
  private static boolean sameDatabase(DatabaseUri one, DatabaseUri other) {
    return one.host().equalsIgnoreCase(other.host())
        && one.port() == other.port()
        && one.database().equals(other.database());
  }
}
