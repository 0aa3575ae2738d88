package dev.sensei.orchestrator.fold;

/**
 * One of the tables that a task has to do with together.
 *
 * @param tableIndex the table's number in the plan, from 0.
 * @param epoch the epoch of the table's run.
 */
public record GroupMember(int tableIndex, int epoch) {}
