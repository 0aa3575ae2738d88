/**
 * The journal as rows of the control database: {@code migration_control} and what stands beside it.
 */
@NullMarked
package dev.sensei.orchestrator.projection;

import org.jspecify.annotations.NullMarked;
