/** Tests of the package of this name. */
@NullMarked
package dev.sensei.databases.catalog;

import org.jspecify.annotations.NullMarked;
