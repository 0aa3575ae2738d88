package dev.sensei.cli;

import dev.sensei.cli.run.Backend;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a command runs with.
 *
 * @param backend everything behind the command line
 * @param out standard output
 * @param err standard error
 * @param in standard input, read only where somebody can answer
 * @param screen the terminal's width and kind; empty where output goes elsewhere
 * @param environment the environment's variables
 * @param home the user's home directory
 */
public record Session(
    Backend backend,
    PrintWriter out,
    PrintWriter err,
    BufferedReader in,
    Optional<Screen> screen,
    Map<String, String> environment,
    Path home) {

  public Session {
    environment = Map.copyOf(environment);
  }

  /** A variable that is set to something. */
  public Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }
}
