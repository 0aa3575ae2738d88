/** Proofs of the worker's tasks on real databases. */
@NullMarked
package dev.sensei.agents.worker;

import org.jspecify.annotations.NullMarked;
