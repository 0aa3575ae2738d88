/** Proofs of the validator's tasks on real databases. */
@NullMarked
package dev.sensei.agents.validator;

import org.jspecify.annotations.NullMarked;
