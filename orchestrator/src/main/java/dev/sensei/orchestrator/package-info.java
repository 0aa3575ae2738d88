/** The orchestrator: fold, topology and projection. */
@NullMarked
package dev.sensei.orchestrator;

import org.jspecify.annotations.NullMarked;
