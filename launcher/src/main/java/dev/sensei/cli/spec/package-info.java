/** What a person sets for a migration: the spec file, read strictly, every bound checked. */
@NullMarked
package dev.sensei.cli.spec;

import org.jspecify.annotations.NullMarked;
