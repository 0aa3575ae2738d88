/** What an agent reads from a migration's journal: catalogs, plans, and the chain itself. */
@NullMarked
package dev.sensei.agents.journal;

import org.jspecify.annotations.NullMarked;
