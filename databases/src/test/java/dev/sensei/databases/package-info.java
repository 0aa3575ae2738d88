/** Tests of connections, and the servers that all tests of this module share. */
@NullMarked
package dev.sensei.databases;

import org.jspecify.annotations.NullMarked;
