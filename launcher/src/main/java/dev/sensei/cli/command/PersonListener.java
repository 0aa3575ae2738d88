package dev.sensei.cli.command;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.Session;
import dev.sensei.cli.display.MigrationView;
import dev.sensei.cli.display.PlanText;
import dev.sensei.cli.display.ProgressDisplay;
import dev.sensei.cli.run.Decision;
import dev.sensei.cli.run.PlanSummary;
import dev.sensei.cli.run.RunListener;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;

/** Shows a run to a person and asks that person where the plan needs an answer. */
final class PersonListener implements RunListener {
  /** How often a question is put before the answer counts as "later". */
  private static final int MAX_QUESTIONS = 5;

  private final Session session;
  private final ProgressDisplay display;
  private final PrintWriter messages;
  private final String person;
  private final String platform;
  private final boolean yes;
  private final boolean acceptExceptions;

  PersonListener(
      Session session,
      ProgressDisplay display,
      PrintWriter messages,
      String person,
      String platform,
      boolean yes,
      boolean acceptExceptions) {
    this.session = session;
    this.display = display;
    this.messages = messages;
    this.person = person;
    this.platform = platform;
    this.yes = yes;
    this.acceptExceptions = acceptExceptions;
  }

  @Override
  public void note(String line) {
    display.note(SenseiCommand.withoutSecrets(line));
  }

  @Override
  public String command(String name, String migrationId) {
    return "./sensei %s %s%s".formatted(name, migrationId, platform);
  }

  @Override
  public void progress(MigrationView view) {
    display.show(view);
  }

  @Override
  public Decision decide(PlanSummary plan) {
    PlanText.lines(plan).forEach(display::note);
    if (yes) {
      display.note("Approved by " + person + " (--yes).");
      return new Decision.Approve(person, acceptExceptions);
    }
    if (session.screen().isEmpty()) {
      display.note(
          "The plan waits for approval: \"%s\", or run again with --yes."
              .formatted(command("approve", plan.migrationId())));
      return new Decision.Wait();
    }
    for (int asked = 0; asked < MAX_QUESTIONS; asked++) {
      switch (ask("Approve this plan? [y]es, [n]o, [l]ater: ")) {
        case "y", "yes" -> {
          return new Decision.Approve(person, acceptExceptions || acceptsExceptions(plan));
        }
        case "n", "no" -> {
          return new Decision.Reject(reason());
        }
        case "l", "later" -> {
          return new Decision.Wait();
        }
        default -> display.note("Answer y, n or l.");
      }
    }
    return new Decision.Wait();
  }

  private boolean acceptsExceptions(PlanSummary plan) {
    if (plan.notCarried().isEmpty()) {
      return false;
    }
    return ask("%d objects stay behind. Accept them as exceptions, named on the certificate? [y/N]: "
            .formatted(plan.notCarried().size()))
        .startsWith("y");
  }

  private String reason() {
    String reason = ask("Why? (for the journal): ");
    return reason.isEmpty() ? "no reason given" : reason;
  }

  /** Asks once; the end of input counts as "later". */
  private String ask(String question) {
    display.pause();
    messages.print(question);
    messages.flush();
    try {
      String line = session.in().readLine();
      return line == null ? "later" : line.strip().toLowerCase(Locale.ROOT);
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.WAITING_FOR_APPROVAL,
          "no answer could be read; approve with \"./sensei approve ID\", or run with --yes",
          e);
    }
  }
}
