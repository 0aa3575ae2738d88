/**
 * The plan of a migration: what the Architect makes, a person approves, and the others carry out.
 */
@NullMarked
package dev.sensei.agents.plan;

import org.jspecify.annotations.NullMarked;
