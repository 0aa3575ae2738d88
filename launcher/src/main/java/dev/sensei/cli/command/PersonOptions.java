package dev.sensei.cli.command;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.Session;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say who asks; the name stands in the journal. */
public final class PersonOptions {
  private static final int MAX_NAME = 200;

  @Option(
      names = "--as",
      paramLabel = "NAME",
      description = "Who asks, for the journal (else SENSEI_USER, else the login name).")
  private @Nullable String name;

  /** Who asks. */
  String name(Session session) {
    String found =
        Optional.ofNullable(name)
            .or(() -> session.variable("SENSEI_USER"))
            .orElseGet(() -> Objects.requireNonNullElse(System.getProperty("user.name"), ""));
    if (found.isBlank()
        || found.length() > MAX_NAME
        || found.chars().anyMatch(Character::isISOControl)) {
      throw CommandException.usage(
          "give your name with --as NAME: 1 to %d characters".formatted(MAX_NAME));
    }
    return found;
  }
}
