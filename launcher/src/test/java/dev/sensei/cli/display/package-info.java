/** Tests of the command line. */
@NullMarked
package dev.sensei.cli.display;

import org.jspecify.annotations.NullMarked;
