/** Database errors without row values: the one place where JDBC's exceptions are translated. */
@NullMarked
package dev.sensei.databases.errors;

import org.jspecify.annotations.NullMarked;
