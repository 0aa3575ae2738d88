/**
 * Proofs on the real command line: it runs in processes of its own, on real servers, and some of
 * them are killed.
 */
@NullMarked
package dev.sensei.cli.proof;

import org.jspecify.annotations.NullMarked;
