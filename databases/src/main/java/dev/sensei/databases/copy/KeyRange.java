package dev.sensei.databases.copy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A range of a table's key. It holds under any snapshot: rows that come later lie in one range as
 * well.
 *
 * @param key what the range is over
 * @param after the point below the range, which is not in it; empty: from the lowest key
 * @param upTo the highest point of the range, which is in it; empty: to the highest key
 */
public record KeyRange(RangeKey key, Optional<KeyPoint> after, Optional<KeyPoint> upTo)
    implements ChunkBounds {
  /** A condition over a row of columns says little to the planner of how few rows it leaves. */
  private static final List<String> BY_INDEX = List.of("enable_seqscan = off");

  public KeyRange {
    if (after.isEmpty() && upTo.isEmpty()) {
      throw new IllegalArgumentException("a range of all keys is the whole table");
    }
    after.ifPresent(key::check);
    upTo.ifPresent(key::check);
  }

  /**
   * The ranges that points cut a table into, one more than there are points.
   *
   * @param points in the key's order, none twice
   */
  static List<ChunkBounds> between(RangeKey key, List<KeyPoint> points) {
    if (points.isEmpty()) {
      return List.of(ChunkBounds.WHOLE_TABLE);
    }
    List<ChunkBounds> ranges = new ArrayList<>(points.size() + 1);
    Optional<KeyPoint> after = Optional.empty();
    for (KeyPoint point : points) {
      Optional<KeyPoint> upTo = Optional.of(point);
      ranges.add(new KeyRange(key, after, upTo));
      after = upTo;
    }
    ranges.add(new KeyRange(key, after, Optional.empty()));
    return ranges;
  }

  @Override
  public String whereClause() {
    List<String> conditions = new ArrayList<>();
    after.ifPresent(point -> conditions.add(key.behind(point)));
    upTo.ifPresent(point -> conditions.add(key.upTo(point)));
    return " WHERE " + String.join(" AND ", conditions);
  }

  @Override
  public List<String> settings() {
    return BY_INDEX;
  }

  /** Without the points. */
  @Override
  public String toString() {
    return "KeyRange[columns="
        + key.columns().stream().map(KeyColumn::name).toList()
        + ", open below="
        + after.isEmpty()
        + ", open above="
        + upTo.isEmpty()
        + "]";
  }
}
