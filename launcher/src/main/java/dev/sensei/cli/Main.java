package dev.sensei.cli;

import dev.sensei.cli.command.SenseiCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/** The launcher. */
public final class Main {
  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] arguments) throws IOException {
    Charset charset =
        Charset.forName(
            Objects.requireNonNullElse(System.getProperty("stdout.encoding"), "UTF-8"),
            StandardCharsets.UTF_8);
    int code;
    try (Terminals terminals = Terminals.ofProcess(System.getenv())) {
      Session session =
          new Session(
              Wiring.backend(),
              new PrintWriter(System.out, true, charset),
              new PrintWriter(System.err, true, charset),
              new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())),
              terminals.screen(),
              System.getenv(),
              Path.of(Objects.requireNonNullElse(System.getProperty("user.home"), "/")));
      code = run(session, arguments);
    }
    System.exit(code);
  }

  /** Runs one command and returns its exit code. */
  static int run(Session session, String... arguments) {
    int code = SenseiCommand.commandLine(session).execute(arguments);
    session.out().flush();
    session.err().flush();
    return code;
  }
}
