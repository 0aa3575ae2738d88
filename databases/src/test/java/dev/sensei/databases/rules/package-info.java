/** Tests of the package of this name. */
@NullMarked
package dev.sensei.databases.rules;

import org.jspecify.annotations.NullMarked;
