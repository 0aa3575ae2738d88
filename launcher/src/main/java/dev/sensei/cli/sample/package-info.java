/** The sample that the demo moves. */
@NullMarked
package dev.sensei.cli.sample;

import org.jspecify.annotations.NullMarked;
