/**
 * What every agent shares: taking tasks from a share group, holding their leases, reporting what
 * came of them.
 */
@NullMarked
package dev.sensei.agents;

import org.jspecify.annotations.NullMarked;
