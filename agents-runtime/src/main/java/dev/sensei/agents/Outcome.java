package dev.sensei.agents;

/** What becomes of a record of the task topic. */
enum Outcome {
  /** Its end is reported; nobody needs it again. */
  DONE,
  /** It cannot be read, and lies among the dead letters. */
  UNREADABLE,
  /** It is not done; another agent may have it at once. */
  HANDED_BACK
}
