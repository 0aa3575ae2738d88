/** The system behind the command line: embedded in this process, or services that run elsewhere. */
@NullMarked
package dev.sensei.cli.system;

import org.jspecify.annotations.NullMarked;
