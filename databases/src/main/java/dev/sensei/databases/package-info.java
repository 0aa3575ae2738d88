/** Source and target databases behind small interfaces. */
@NullMarked
package dev.sensei.databases;

import org.jspecify.annotations.NullMarked;
