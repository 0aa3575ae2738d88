/** The Scout on real databases. */
@NullMarked
package dev.sensei.agents.scout;

import org.jspecify.annotations.NullMarked;
