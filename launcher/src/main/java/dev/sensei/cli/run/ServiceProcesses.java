package dev.sensei.cli.run;

import dev.sensei.databases.DatabaseUri;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/** Services that stay in this process until it is interrupted. Each call blocks until then. */
public interface ServiceProcesses {
  /** The four agents. */
  enum Agent {
    SCOUT,
    ARCHITECT,
    WORKER,
    VALIDATOR
  }

  /**
   * What one agent runs with.
   *
   * @param platform the platform it works for
   * @param slots tasks at the same time; the agent's default where empty
   * @param signingKey the key that the validator signs with; the data directory's where empty
   */
  record AgentRequest(PlatformLocation platform, OptionalInt slots, Optional<Path> signingKey) {}

  /**
   * What the orchestrator runs with.
   *
   * @param platform the platform it works for
   * @param controlDatabase where the projection goes; the embedded one where empty
   */
  record OrchestratorRequest(PlatformLocation platform, Optional<DatabaseUri> controlDatabase) {}

  /** A local stack of everything. */
  void up(PlatformLocation.Embedded platform, RunListener listener) throws InterruptedException;

  /** The orchestrator alone. */
  void orchestrator(OrchestratorRequest request) throws InterruptedException;

  /** One agent. */
  void agent(Agent agent, AgentRequest request) throws InterruptedException;
}
