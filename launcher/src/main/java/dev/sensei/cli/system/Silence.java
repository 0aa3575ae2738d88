package dev.sensei.cli.system;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Says so where nothing is heard of a migration for a while, and whether that is for Kafka. */
final class Silence {
  private static final Duration UNTIL_KAFKA_IS_ASKED = Duration.ofSeconds(5);
  private static final Duration UNTIL_IT_IS_SAID = Duration.ofSeconds(15);

  private final String kafka;
  private final BooleanSupplier kafkaAnswers;
  private final Consumer<String> note;
  private long heardAt = System.nanoTime();
  private long askedAt = heardAt;
  private boolean said;
  private boolean away;

  /**
   * @param kafka where Kafka is
   * @param kafkaAnswers asks Kafka, which may take seconds
   * @param note where it is said
   */
  Silence(String kafka, BooleanSupplier kafkaAnswers, Consumer<String> note) {
    this.kafka = kafka;
    this.kafkaAnswers = kafkaAnswers;
    this.note = note;
  }

  /** Something was heard. */
  void ends() {
    if (away) {
      note.accept("Kafka answers again; going on.");
    } else if (said) {
      note.accept("Going on.");
    }
    said = false;
    away = false;
    heardAt = System.nanoTime();
    askedAt = heardAt;
  }

  /** Nothing was heard, again. */
  void goesOn() {
    if (!away && since(askedAt).compareTo(UNTIL_KAFKA_IS_ASKED) > 0) {
      away = !kafkaAnswers.getAsBoolean();
      askedAt = System.nanoTime();
      if (away) {
        note.accept(
            "Kafka at %s is not answering; waiting. The migration goes on where it was when it is back."
                .formatted(kafka));
      }
    }
    if (!away && !said && since(heardAt).compareTo(UNTIL_IT_IS_SAID) > 0) {
      said = true;
      note.accept(
          "Nothing has moved for %d s; still waiting.".formatted(UNTIL_IT_IS_SAID.toSeconds()));
    }
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }
}
