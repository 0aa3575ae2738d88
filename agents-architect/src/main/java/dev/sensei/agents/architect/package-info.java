/** Makes the plan. */
@NullMarked
package dev.sensei.agents.architect;

import org.jspecify.annotations.NullMarked;
