/** Rows that the target did not take: what is kept of them, encrypted, until a person decides. */
@NullMarked
package dev.sensei.databases.queue;

import org.jspecify.annotations.NullMarked;
