/** The exported snapshot that every reader of the source shares, and the session that keeps it. */
@NullMarked
package dev.sensei.databases.snapshot;

import org.jspecify.annotations.NullMarked;
