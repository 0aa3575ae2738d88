/** Tests of the command line. */
@NullMarked
package dev.sensei.cli.sample;

import org.jspecify.annotations.NullMarked;
