/** What a database holds, as immutable records, and how it is read from a PostgreSQL server. */
@NullMarked
package dev.sensei.databases.catalog;

import org.jspecify.annotations.NullMarked;
