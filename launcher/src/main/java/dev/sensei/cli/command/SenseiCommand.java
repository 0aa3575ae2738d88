package dev.sensei.cli.command;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.Session;
import java.util.Arrays;
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

  /** The whole command line, every command with this session. */
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
    line.setParameterExceptionHandler((e, arguments) -> usageError(session, e));
    line.setExecutionExceptionHandler((e, command, result) -> failure(session, e));
    return line;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "name a command, such as \"sensei demo\"; \"sensei --help\" lists all");
  }

  private static int usageError(Session session, ParameterException e) {
    CommandLine command = e.getCommandLine();
    session.err().println("sensei: " + withoutSecrets(String.valueOf(e.getMessage())));
    if (!UnmatchedArgumentException.printSuggestions(e, session.err())) {
      session
          .err()
          .println(
              "Run \"%s --help\" for what it takes."
                  .formatted(command.getCommandSpec().qualifiedName()));
    }
    return ExitCode.USAGE.code();
  }

  private static int failure(Session session, Exception e) {
    if (e instanceof CommandException expected) {
      session.err().println("sensei: " + withoutSecrets(String.valueOf(expected.getMessage())));
      return expected.exitCode().code();
    }
    if (e instanceof InterruptedException) {
      Thread.currentThread().interrupt();
      session.err().println("sensei: interrupted; run the same command again to go on");
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
    session
        .err()
        .println(
            "sensei: internal error: %s at %s; please report it"
                .formatted(e.getClass().getName(), place));
    return ExitCode.INTERNAL_ERROR.code();
  }

  static String withoutSecrets(String message) {
    return SECRET_IN_URI.matcher(message).replaceAll("$1:***@");
  }
}
