/** Plans made from real catalogs. */
@NullMarked
package dev.sensei.agents.architect;

import org.jspecify.annotations.NullMarked;
