/**
 * The fold of inputs into a migration's journal, state and effects: pure functions over data, with
 * no Kafka, database, clock, logger or Avro.
 */
@NullMarked
package dev.sensei.orchestrator.fold;

import org.jspecify.annotations.NullMarked;
