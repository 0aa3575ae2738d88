/** Reads catalogs and keeps the snapshot. */
@NullMarked
package dev.sensei.agents.scout;

import org.jspecify.annotations.NullMarked;
