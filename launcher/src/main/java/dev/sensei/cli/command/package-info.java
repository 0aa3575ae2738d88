/** The commands, one class each: options in, exit code out. */
@NullMarked
package dev.sensei.cli.command;

import org.jspecify.annotations.NullMarked;
