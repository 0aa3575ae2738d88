/** Tests of the command line. */
@NullMarked
package dev.sensei.cli;

import org.jspecify.annotations.NullMarked;
