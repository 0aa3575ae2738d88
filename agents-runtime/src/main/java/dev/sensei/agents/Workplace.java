package dev.sensei.agents;

import dev.sensei.agents.health.TaskCounters;
import dev.sensei.agents.state.MigrationStates;
import dev.sensei.schemas.RecordSerde;

/** What the runs of one agent share. */
record Workplace(
    AgentSettings settings,
    TaskHandler handler,
    RecordSerde serde,
    ReportSender reports,
    MigrationStates migrations,
    TasksInWork inWork,
    TaskCounters counters,
    Reachability reachability,
    Stopping stopping) {}
