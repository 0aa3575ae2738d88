package dev.sensei.platform;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the servers' programs are: a directory with {@code postgresql/} and {@code registry/} in
 * it, unpacked by the build.
 *
 * <p>Looked for in this order: the system property {@value #PROPERTY}; a directory {@code platform}
 * beside the jar or class directory that this class came from, or beside one of the directories
 * above it; {@code local-platform/target/platform} under one of those. A distribution therefore
 * ships {@code lib/*.jar} and {@code platform/} side by side, and a build tree works as it is.
 *
 * @param directory the directory that holds both
 */
record Binaries(Path directory) {
  /** The system property that names the directory. */
  static final String PROPERTY = "sensei.platform.binaries";

  private static final int LEVELS = 5;

  /**
   * The binaries for this machine.
   *
   * @throws PlatformException.BinariesMissing where there are none
   */
  static Binaries find() {
    requireSupportedMachine();
    Optional<Path> named = Optional.ofNullable(System.getProperty(PROPERTY)).map(Path::of);
    Optional<Path> found =
        named.isPresent()
            ? named.filter(Binaries::isComplete)
            : candidates(codeLocation()).filter(Binaries::isComplete).findFirst();
    return new Binaries(
        found.orElseThrow(
            () ->
                new PlatformException.BinariesMissing(
                    "The programs of PostgreSQL and the schema registry were not found %s. Build the module local-platform, or set -D%s=DIRECTORY to its target/platform."
                        .formatted(
                            named
                                .map(directory -> "in " + directory)
                                .orElse("beside " + codeLocation()),
                            PROPERTY))));
  }

  Path postgresProgram(String name) {
    return directory.resolve("postgresql").resolve("bin").resolve(name);
  }

  Path registryJar() {
    return directory.resolve("registry").resolve("quarkus-run.jar");
  }

  private static boolean isComplete(Path directory) {
    Binaries binaries = new Binaries(directory);
    return Files.isExecutable(binaries.postgresProgram("postgres"))
        && Files.isRegularFile(binaries.registryJar());
  }

  private static Stream<Path> candidates(Path code) {
    return Stream.iterate(Optional.ofNullable(code.getParent()), Optional::isPresent, Binaries::up)
        .limit(LEVELS)
        .flatMap(Optional::stream)
        .flatMap(
            directory ->
                Stream.of(
                    directory.resolve("platform"),
                    directory.resolve("local-platform/target/platform")));
  }

  private static Optional<Path> up(Optional<Path> directory) {
    return directory.map(Path::getParent);
  }

  private static Path codeLocation() {
    CodeSource source = Binaries.class.getProtectionDomain().getCodeSource();
    try {
      return Path.of(source.getLocation().toURI()).toAbsolutePath();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("The class path has an entry that is no URI", e);
    }
  }

  private static void requireSupportedMachine() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String architecture = System.getProperty("os.arch", "");
    if (!system.equals("linux") || !architecture.equals("amd64")) {
      throw new PlatformException.BinariesMissing(
          "The local platform has programs for linux amd64 only; this is %s %s. Use servers of your own."
              .formatted(system, architecture));
    }
  }
}
