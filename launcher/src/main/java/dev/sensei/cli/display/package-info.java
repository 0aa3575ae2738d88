/** What a person sees: progress on a terminal or in plain lines, the summary, the JSON document. */
@NullMarked
package dev.sensei.cli.display;

import org.jspecify.annotations.NullMarked;
