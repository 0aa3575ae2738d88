/** Moves rows. */
@NullMarked
package dev.sensei.agents.worker;

import org.jspecify.annotations.NullMarked;
