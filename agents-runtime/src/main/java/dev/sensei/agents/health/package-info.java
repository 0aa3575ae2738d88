/** What an agent says of itself to those who keep it running. */
@NullMarked
package dev.sensei.agents.health;

import org.jspecify.annotations.NullMarked;
