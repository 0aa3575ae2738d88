/** Tests of the package of this name. */
@NullMarked
package dev.sensei.databases.ddl;

import org.jspecify.annotations.NullMarked;
