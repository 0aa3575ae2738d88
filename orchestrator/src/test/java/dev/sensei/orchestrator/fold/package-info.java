/** Tests of the fold: by sentence, by scenario, and by simulation. */
@NullMarked
package dev.sensei.orchestrator.fold;

import org.jspecify.annotations.NullMarked;
