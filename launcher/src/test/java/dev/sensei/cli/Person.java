package dev.sensei.cli;

import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Somebody at the command line, without a terminal. */
record Person(Path home) {

  /** What a command came to. */
  record Outcome(int code, String out, String err) {}

  /** Runs one command to its end. */
  Outcome runs(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Main.run(session(out, err), arguments);
    return new Outcome(code, out.toString(), err.toString());
  }

  private Session session(StringWriter out, StringWriter err) {
    return new Session(
        Wiring.backend(),
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        new BufferedReader(new StringReader("")),
        Optional.empty(),
        Map.of(),
        home);
  }
}
