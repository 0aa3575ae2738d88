/**
 * The contracts: every record that crosses a topic, how it is written, and the topics themselves.
 */
@NullMarked
package dev.sensei.schemas;

import org.jspecify.annotations.NullMarked;
