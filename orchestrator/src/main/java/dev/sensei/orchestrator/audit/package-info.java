/** The journal read again: as lines, as the state it amounts to, and against its own hashes. */
@NullMarked
package dev.sensei.orchestrator.audit;

import org.jspecify.annotations.NullMarked;
