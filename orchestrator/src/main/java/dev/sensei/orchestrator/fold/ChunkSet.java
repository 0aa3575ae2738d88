package dev.sensei.orchestrator.fold;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntPredicate;

/** A set of chunk numbers as ranges in order that neither overlap nor touch. */
final class ChunkSet {
  private ChunkSet() {}

  static long size(List<ChunkRange> ranges) {
    return ranges.stream().mapToLong(range -> range.last() - range.first() + 1L).sum();
  }

  static boolean contains(List<ChunkRange> ranges, int chunk) {
    return ranges.stream().anyMatch(range -> range.first() <= chunk && chunk <= range.last());
  }

  static List<ChunkRange> add(List<ChunkRange> ranges, int chunk) {
    if (contains(ranges, chunk)) {
      return ranges;
    }
    List<ChunkRange> result = new ArrayList<>();
    int first = chunk;
    int last = chunk;
    for (ChunkRange range : ranges) {
      if (range.last() == chunk - 1) {
        first = range.first();
      } else if (range.first() == chunk + 1) {
        last = range.last();
      } else {
        result.add(range);
      }
    }
    int at = 0;
    while (at < result.size() && result.get(at).first() < first) {
      at++;
    }
    result.add(at, new ChunkRange(first, last));
    return List.copyOf(result);
  }

  static List<ChunkRange> remove(List<ChunkRange> ranges, int chunk) {
    List<ChunkRange> result = new ArrayList<>();
    for (ChunkRange range : ranges) {
      if (chunk < range.first() || range.last() < chunk) {
        result.add(range);
      } else {
        if (range.first() < chunk) {
          result.add(new ChunkRange(range.first(), chunk - 1));
        }
        if (chunk < range.last()) {
          result.add(new ChunkRange(chunk + 1, range.last()));
        }
      }
    }
    return List.copyOf(result);
  }

  /** The lowest chunk below {@code end} that is neither in the set nor taken; O(ranges + taken). */
  static OptionalInt firstMissing(List<ChunkRange> ranges, int end, IntPredicate taken) {
    int chunk = 0;
    for (ChunkRange range : ranges) {
      for (; chunk < range.first() && chunk < end; chunk++) {
        if (!taken.test(chunk)) {
          return OptionalInt.of(chunk);
        }
      }
      chunk = Math.max(chunk, range.last() + 1);
    }
    for (; chunk < end; chunk++) {
      if (!taken.test(chunk)) {
        return OptionalInt.of(chunk);
      }
    }
    return OptionalInt.empty();
  }
}
