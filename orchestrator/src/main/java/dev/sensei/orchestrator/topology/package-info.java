/** The fold on Kafka Streams: what comes in, where state is kept, and what goes out. */
@NullMarked
package dev.sensei.orchestrator.topology;

import org.jspecify.annotations.NullMarked;
