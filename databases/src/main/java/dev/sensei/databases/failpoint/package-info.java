/** Named places where a process can be told to die, fail or wait, for proofs of recovery. */
@NullMarked
package dev.sensei.databases.failpoint;

import org.jspecify.annotations.NullMarked;
