package dev.sensei.orchestrator.topology;

import dev.sensei.orchestrator.fold.Cursor;
import dev.sensei.orchestrator.fold.GroupMember;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Cursors as words, for the store that keeps them between two goes. */
final class CursorText {
  private CursorText() {}

  static String write(Cursor cursor) {
    return switch (cursor) {
      case Cursor.Start c -> "start %d %s".formatted(c.table(), members(c.gathered()));
      case Cursor.Alone c -> "alone %d %s".formatted(c.table(), numbers(c.remaining()));
      case Cursor.AskDependency c ->
          "ask %d %d %s".formatted(c.waiting(), c.table(), numbers(c.remaining()));
      case Cursor.Resolve c -> "resolve %d %s".formatted(c.table(), c.readiness().name());
      case Cursor.Wake c -> "wake " + c.table();
      case Cursor.Sweep c -> "sweep %d %s".formatted(c.table(), c.retry());
      case Cursor.AddForeignKeys c -> "keys %d %s".formatted(c.table(), members(c.gathered()));
      case Cursor.Validate c -> "validate %d %s".formatted(c.table(), members(c.gathered()));
      case Cursor.CountErrors c ->
          "errors %s %s"
              .formatted(
                  resolved(c.first()),
                  c.remaining().stream()
                      .map(CursorText::resolved)
                      .collect(Collectors.joining(",")));
      case Cursor.Drain c -> "drain " + c.table();
    };
  }

  /**
   * @throws IllegalArgumentException where the text is none that {@link #write} makes
   */
  static Cursor read(String text) {
    List<String> words = List.of(text.split(" ", -1));
    if (words.getFirst().equals("errors")) {
      return new Cursor.CountErrors(
          resolved(words.get(1)),
          words.get(2).isEmpty()
              ? List.of()
              : Stream.of(words.get(2).split(",", -1)).map(CursorText::resolved).toList());
    }
    int first = Integer.parseInt(words.get(1));
    return switch (words.getFirst()) {
      case "start" -> new Cursor.Start(first, members(words.get(2)));
      case "alone" -> new Cursor.Alone(first, numbers(words.get(2)));
      case "ask" ->
          new Cursor.AskDependency(first, Integer.parseInt(words.get(2)), numbers(words.get(3)));
      case "resolve" -> new Cursor.Resolve(first, Cursor.Readiness.valueOf(words.get(2)));
      case "wake" -> new Cursor.Wake(first);
      case "sweep" -> new Cursor.Sweep(first, Boolean.parseBoolean(words.get(2)));
      case "keys" -> new Cursor.AddForeignKeys(first, members(words.get(2)));
      case "validate" -> new Cursor.Validate(first, members(words.get(2)));
      case "drain" -> new Cursor.Drain(first);
      default -> throw new IllegalArgumentException("not a cursor: " + text);
    };
  }

  private static String resolved(Cursor.Resolved of) {
    return "%d:%d:%d:%d:%d:%d"
        .formatted(
            of.table(), of.open(), of.skipped(), of.retried(), of.corrected(), of.withdrawn());
  }

  private static Cursor.Resolved resolved(String text) {
    String[] parts = text.split(":", -1);
    return new Cursor.Resolved(
        Integer.parseInt(parts[0]),
        Long.parseLong(parts[1]),
        Long.parseLong(parts[2]),
        Long.parseLong(parts[3]),
        Long.parseLong(parts[4]),
        Long.parseLong(parts[5]));
  }

  private static String members(List<GroupMember> members) {
    return members.stream()
        .map(member -> member.tableIndex() + ":" + member.epoch())
        .collect(Collectors.joining(","));
  }

  private static List<GroupMember> members(String text) {
    return text.isEmpty()
        ? List.of()
        : Stream.of(text.split(",", -1))
            .map(member -> member.split(":", -1))
            .map(parts -> new GroupMember(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])))
            .toList();
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
