/** Judges both sides and signs the certificate. */
@NullMarked
package dev.sensei.agents.validator;

import org.jspecify.annotations.NullMarked;
