package dev.sensei.cli.command;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.Session;
import dev.sensei.cli.display.ResultDocument;
import dev.sensei.cli.display.ResultDocument.ResultError;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The root of all commands. */
@Command(
    name = "sensei",
    mixinStandardHelpOptions = true,
    versionProvider = ToolVersion.class,
    description = "Moves a PostgreSQL database, and proves that it moved it.",
    footer = {
      "",
      "Exit codes: 0 certified, or done; 1 internal error; 2 usage or configuration;",
      "3 failed; 4 waiting for approval; 5 moved but not certified."
    })
public final class SenseiCommand implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(SenseiCommand.class);

  /** User name and password in a URI, wherever a message may quote one. */
  private static final Pattern SECRET_IN_URI = Pattern.compile("(//[^/@\\s:']*):[^@\\s']*@");

  @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
  @Spec
  private CommandSpec spec;

  private SenseiCommand() {}

  /**
   * The whole command line; every command reads, prints and connects by what {@code session} holds.
   */
  public static CommandLine commandLine(Session session) {
    CommandLine line = new CommandLine(new SenseiCommand());
    line.addSubcommand(new DemoCommand(session));
    line.addSubcommand(new MigrateCommand(session));
    line.addSubcommand(new UpCommand(session));
    line.addSubcommand(new PlanCommand(session));
    line.addSubcommand(new StatusCommand(session));
    for (SteeringCommand steering : SteeringCommands.all(session)) {
      line.addSubcommand(steering);
    }
    line.addSubcommand(new VerifyCommand(session));
    line.addSubcommand(ErrorsCommands.commandLine(session));
    line.addSubcommand(AuditCommands.commandLine(session));
    line.addSubcommand(new OrchestratorCommand(session));
    line.addSubcommand(new AgentCommand(session));
    line.addSubcommand(new HealthCommand(session));
    for (NotBuiltCommand.Name name : NotBuiltCommand.Name.values()) {
      line.addSubcommand(
          name.command(),
          new CommandLine(new NotBuiltCommand(name)).setUnmatchedArgumentsAllowed(true));
    }
    line.setOut(session.out());
    line.setErr(session.err());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler((e, arguments) -> usageError(session, e, arguments));
    line.setExecutionExceptionHandler(
        (e, command, result) -> failure(session, e, result.originalArgs()));
    return line;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "name a command, such as \"./sensei demo\"; \"./sensei --help\" lists all");
  }

  private static int usageError(Session session, ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    String message = withoutSecrets(String.valueOf(e.getMessage()));
    document(session, List.of(arguments), ExitCode.USAGE, message);
    session.err().println("sensei: " + message);
    if (!UnmatchedArgumentException.printSuggestions(e, session.err())) {
      session
          .err()
          .println(
              "Run \"%s --help\" for what it takes."
                  .formatted(command.getCommandSpec().qualifiedName()));
    }
    return ExitCode.USAGE.code();
  }

  private static int failure(Session session, Exception e, List<String> arguments) {
    if (e instanceof CommandException expected) {
      String message = withoutSecrets(String.valueOf(expected.getMessage()));
      document(session, arguments, expected.exitCode(), message);
      session.err().println("sensei: " + message);
      return expected.exitCode().code();
    }
    if (e instanceof InterruptedException) {
      Thread.currentThread().interrupt();
      String message = "interrupted; run the same command again to go on";
      document(session, arguments, ExitCode.FAILED, message);
      session.err().println("sensei: " + message);
      return ExitCode.FAILED.code();
    }
    // A driver's message may quote a row, so the class and the place are all that is shown.
    String place =
        Arrays.stream(e.getStackTrace())
            .filter(frame -> frame.getClassName().startsWith("dev.sensei."))
            .findFirst()
            .map(StackTraceElement::toString)
            .orElse("an unknown place");
    LOG.error("internal error: {} at {}", e.getClass().getName(), place);
    String message =
        "internal error: %s at %s; please report it".formatted(e.getClass().getName(), place);
    document(session, arguments, ExitCode.INTERNAL_ERROR, message);
    session.err().println("sensei: " + message);
    return ExitCode.INTERNAL_ERROR.code();
  }

  /** Where JSON was asked for, a program reads the standard output, also of what went wrong. */
  private static void document(
      Session session, List<String> arguments, ExitCode code, String message) {
    if (arguments.contains("--json")) {
      ResultError error = new ResultError(code.name(), message, "");
      boolean run = arguments.contains("migrate") || arguments.contains("demo");
      session
          .out()
          .println(
              run
                  ? ResultDocument.failed(error).toJson()
                  : JsonText.of(Map.of("errors", List.of(error))));
    }
  }

  static String withoutSecrets(String message) {
    return SECRET_IN_URI.matcher(message).replaceAll("$1:***@");
  }
}
