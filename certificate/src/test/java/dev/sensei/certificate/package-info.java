/** Tests of the certificate. */
@NullMarked
package dev.sensei.certificate;

import org.jspecify.annotations.NullMarked;
