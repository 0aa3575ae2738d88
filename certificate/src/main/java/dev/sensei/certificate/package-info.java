/** The certificate of a migration: what it says, how it is signed, how anyone checks it offline. */
@NullMarked
package dev.sensei.certificate;

import org.jspecify.annotations.NullMarked;
