/** Proof that whatever a PostgreSQL database holds arrives as it was, or is refused beforehand. */
@NullMarked
package dev.sensei.cli.fidelity;

import org.jspecify.annotations.NullMarked;
