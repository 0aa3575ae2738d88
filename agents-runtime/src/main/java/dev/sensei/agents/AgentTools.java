package dev.sensei.agents;

import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.agents.journal.JournalDocuments;
import dev.sensei.agents.state.MigrationStates;

/**
 * What a handler works with; owned and closed by the {@link AgentService} that made it.
 *
 * @param settings how the agent runs
 * @param databases from references to connections
 * @param journal catalogs and plans, read from the journal
 * @param migrations the latest state of each migration
 */
public record AgentTools(
    AgentSettings settings,
    DatabaseAccess databases,
    JournalDocuments journal,
    MigrationStates migrations) {}
