/** What an agent knows of the migrations its tasks belong to. */
@NullMarked
package dev.sensei.agents.state;

import org.jspecify.annotations.NullMarked;
