/** Makes the data that the benchmarks move. */
@NullMarked
package dev.sensei.benchmarks;

import org.jspecify.annotations.NullMarked;
