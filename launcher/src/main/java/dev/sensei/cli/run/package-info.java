/**
 * What the command line asks of the platform, as interfaces: running, steering and auditing
 * migrations.
 */
@NullMarked
package dev.sensei.cli.run;

import org.jspecify.annotations.NullMarked;
