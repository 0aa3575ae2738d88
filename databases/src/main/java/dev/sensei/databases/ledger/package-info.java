/** The record in the target of what was copied, which makes every chunk land exactly once. */
@NullMarked
package dev.sensei.databases.ledger;

import org.jspecify.annotations.NullMarked;
