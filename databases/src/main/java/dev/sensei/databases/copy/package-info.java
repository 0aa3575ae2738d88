/**
 * Moving a table's rows in chunks: planning the chunks, streaming them, finding the rows at fault.
 */
@NullMarked
package dev.sensei.databases.copy;

import org.jspecify.annotations.NullMarked;
