package dev.sensei.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How the registry's program is called, on the JDK of this process. It serves few requests and has
 * to start fast: the quick compiler, the plain collector and, where the build has made one, a cache
 * of its classes, which halves its start.
 *
 * @param binaries where the program is
 * @param options what the virtual machine is told of the cache
 * @param flat whether all jars are on one class path, which the cache needs, and which is slower
 *     without it
 */
record RegistryProgram(Binaries binaries, List<String> options, boolean flat) {
  private static final List<String> JARS = List.of("quarkus", "app", "lib/main", "lib/boot");
  private static final String MAIN = "io.quarkus.runner.GeneratedMain";

  /** The fastest way there is. */
  static RegistryProgram of(Binaries binaries) {
    Path cache = cache(binaries);
    return Files.isRegularFile(cache)
        ? new RegistryProgram(
            binaries, List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off,cds=off"), true)
        : new RegistryProgram(binaries, List.of(), false);
  }

  /**
   * Where the registry's classes are as this virtual machine likes them, from a trial run while the
   * module was built. The name tells for which machine and which jars: what is for others is not
   * found.
   */
  static Path cache(Binaries binaries) {
    StringBuilder identity = new StringBuilder(System.getProperty("java.vm.version", ""));
    classPath(binaries)
        .forEach(
            jar ->
                identity
                    .append('\n')
                    .append(jar)
                    .append(' ')
                    .append(jar.toFile().length())
                    .append(' ')
                    .append(jar.toFile().lastModified()));
    UUID name = UUID.nameUUIDFromBytes(identity.toString().getBytes(StandardCharsets.UTF_8));
    return binaries.directory().resolve("registry-" + name + ".aot");
  }

  /** A trial run, which leaves a cache behind when it is asked to end. */
  static RegistryProgram leaving(Path cache, Binaries binaries) {
    return new RegistryProgram(binaries, List.of("-XX:AOTCacheOutput=" + cache), true);
  }

  /**
   * The command line.
   *
   * @param heapMegabytes the most that its heap takes, in MiB
   * @param temporary its directory for temporary files
   */
  List<String> command(int heapMegabytes, Path temporary) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-Xms64m",
                "-Xmx" + heapMegabytes + "m",
                "-Djava.io.tmpdir=" + temporary));
    command.addAll(options);
    command.addAll(
        flat
            ? List.of("-cp", classPath(), MAIN)
            : List.of("-jar", binaries.registryJar().toString()));
    return command;
  }

  private String classPath() {
    return classPath(binaries).stream().map(Path::toString).collect(Collectors.joining(":"));
  }

  /** In the same order every time, as the cache is for one class path. */
  private static List<Path> classPath(Binaries binaries) {
    Path registry = binaries.registryJar().resolveSibling("");
    return JARS.stream().flatMap(directory -> jars(registry.resolve(directory))).toList();
  }

  private static Stream<Path> jars(Path directory) {
    try (Stream<Path> found = Files.list(directory)) {
      return found.filter(file -> file.toString().endsWith(".jar")).sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException("The registry's jars cannot be listed in " + directory, e);
    }
  }
}
