/**
 * What a person declared to become of tables and columns: held against the source, tried there, and
 * applied to its catalog, which then describes what the target has to have.
 */
@NullMarked
package dev.sensei.agents.architect.mapping;

import org.jspecify.annotations.NullMarked;
