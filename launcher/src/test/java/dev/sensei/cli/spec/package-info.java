/** Tests of the command line. */
@NullMarked
package dev.sensei.cli.spec;

import org.jspecify.annotations.NullMarked;
