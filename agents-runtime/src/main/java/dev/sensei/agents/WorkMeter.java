package dev.sensei.agents;

/**
 * What a handler tells of work that several slots do side by side, such as copying rows; by it the
 * runtime finds out how many slots pay off. Safe for use by several threads.
 */
public interface WorkMeter {
  /** How much of it is done so far, in one unit, such as bytes; never falls. */
  long done();

  /** How many tasks are at it now, each from its start to its end. */
  int tasks();
}
