/**
 * What every value and row has to keep, and what is done with one that does not: as SQL that is
 * pushed into the query that reads a table.
 */
@NullMarked
package dev.sensei.databases.rules;

import org.jspecify.annotations.NullMarked;
