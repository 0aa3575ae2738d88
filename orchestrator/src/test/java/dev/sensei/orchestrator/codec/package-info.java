/** Tests of the codec. */
@NullMarked
package dev.sensei.orchestrator.codec;

import org.jspecify.annotations.NullMarked;
