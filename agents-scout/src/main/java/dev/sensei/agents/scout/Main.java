package dev.sensei.agents.scout;

import dev.sensei.agents.AgentService;
import dev.sensei.agents.AgentSettings;
import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.schemas.Topics.Agent;
import java.util.concurrent.CountDownLatch;

/** Runs a Scout until the process is told to stop; {@link AgentSettings} has its settings. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws InterruptedException {
    AgentService service =
        AgentService.start(
            AgentSettings.fromEnvironment(Agent.SCOUT, System.getenv()),
            DatabaseAccess.byReference(),
            ScoutHandler::new);
    Runtime.getRuntime().addShutdownHook(new Thread(service::close, "stop"));
    new CountDownLatch(1).await();
  }
}
