/** What tests of several agents share: databases, and a migration between two of them. */
@NullMarked
package dev.sensei.agents.testing;

import org.jspecify.annotations.NullMarked;
