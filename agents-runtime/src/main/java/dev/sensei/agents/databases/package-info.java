/** How an agent gets from a reference in a task to a connection. */
@NullMarked
package dev.sensei.agents.databases;

import org.jspecify.annotations.NullMarked;
