/** Tests of what the command line makes of a run. */
@NullMarked
package dev.sensei.cli.system;

import org.jspecify.annotations.NullMarked;
