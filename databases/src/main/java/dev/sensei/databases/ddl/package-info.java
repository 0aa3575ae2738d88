/** The statements that build in a target what a catalog describes. */
@NullMarked
package dev.sensei.databases.ddl;

import org.jspecify.annotations.NullMarked;
