/** What agents know of the schema registry's failures. */
@NullMarked
package dev.sensei.agents.registry;

import org.jspecify.annotations.NullMarked;
