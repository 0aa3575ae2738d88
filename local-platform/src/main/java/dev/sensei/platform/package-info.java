/**
 * Real Kafka, schema registry and PostgreSQL, started from Maven artefacts on one data directory.
 */
@NullMarked
package dev.sensei.platform;

import org.jspecify.annotations.NullMarked;
