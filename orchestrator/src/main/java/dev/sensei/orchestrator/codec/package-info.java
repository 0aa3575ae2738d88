/** The one place where Avro meets the fold: records of the contracts to the fold's, and back. */
@NullMarked
package dev.sensei.orchestrator.codec;

import org.jspecify.annotations.NullMarked;
