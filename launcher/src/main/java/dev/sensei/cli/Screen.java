package dev.sensei.cli;

import java.util.function.IntSupplier;

/**
 * A terminal that a person looks at.
 *
 * @param columns its width now, in characters; asked again before every redraw
 * @param rows its height now, in lines
 * @param unicode whether it shows more than ASCII
 * @param colour whether colours are wanted
 */
public record Screen(IntSupplier columns, IntSupplier rows, boolean unicode, boolean colour) {}
