/** Content digests that both sides compute by themselves, and the search for rows that differ. */
@NullMarked
package dev.sensei.databases.digest;

import org.jspecify.annotations.NullMarked;
