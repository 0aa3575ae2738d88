package dev.sensei.agents.architect;

import dev.sensei.agents.AgentService;
import dev.sensei.agents.AgentSettings;
import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.schemas.Topics.Agent;
import java.util.concurrent.CountDownLatch;

/** Runs an Architect until the process is told to stop; {@link AgentSettings} has its settings. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws InterruptedException {
    AgentService service =
        AgentService.start(
            AgentSettings.fromEnvironment(Agent.ARCHITECT, System.getenv()),
            DatabaseAccess.byReference(),
            ArchitectHandler::new);
    Runtime.getRuntime().addShutdownHook(new Thread(service::close, "stop"));
    new CountDownLatch(1).await();
  }
}
