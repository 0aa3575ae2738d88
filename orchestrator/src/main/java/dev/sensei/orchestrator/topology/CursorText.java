package dev.sensei.orchestrator.topology;

import dev.sensei.orchestrator.fold.Cursor;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Cursors as words, for the store that keeps them between two goes. */
final class CursorText {
  private CursorText() {}

  static String write(Cursor cursor) {
    return switch (cursor) {
      case Cursor.Start c -> "start " + c.table();
      case Cursor.AskDependency c ->
          "ask %d %d %s".formatted(c.waiting(), c.table(), numbers(c.remaining()));
      case Cursor.Resolve c -> "resolve %d %s".formatted(c.table(), c.readiness().name());
      case Cursor.Wake c -> "wake " + c.table();
      case Cursor.Sweep c -> "sweep %d %s".formatted(c.table(), c.retry());
      case Cursor.AddForeignKeys c -> "keys " + c.table();
      case Cursor.Validate c -> "validate " + c.table();
      case Cursor.Drain c -> "drain " + c.table();
    };
  }

  /**
   * @throws IllegalArgumentException where the text is none that {@link #write} makes
   */
  static Cursor read(String text) {
    List<String> words = List.of(text.split(" ", -1));
    int first = Integer.parseInt(words.get(1));
    return switch (words.getFirst()) {
      case "start" -> new Cursor.Start(first);
      case "ask" ->
          new Cursor.AskDependency(first, Integer.parseInt(words.get(2)), numbers(words.get(3)));
      case "resolve" -> new Cursor.Resolve(first, Cursor.Readiness.valueOf(words.get(2)));
      case "wake" -> new Cursor.Wake(first);
      case "sweep" -> new Cursor.Sweep(first, Boolean.parseBoolean(words.get(2)));
      case "keys" -> new Cursor.AddForeignKeys(first);
      case "validate" -> new Cursor.Validate(first);
      case "drain" -> new Cursor.Drain(first);
      default -> throw new IllegalArgumentException("not a cursor: " + text);
    };
  }

  private static String numbers(List<Integer> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private static List<Integer> numbers(String text) {
    return text.isEmpty()
        ? List.of()
        : Stream.of(text.split(",", -1)).map(Integer::valueOf).toList();
  }
}
