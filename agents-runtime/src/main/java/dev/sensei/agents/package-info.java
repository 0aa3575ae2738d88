/** What every agent shares. */
@NullMarked
package dev.sensei.agents;

import org.jspecify.annotations.NullMarked;
