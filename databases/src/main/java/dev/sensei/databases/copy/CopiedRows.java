package dev.sensei.databases.copy;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What came of a copy.
 *
 * @param written what was written
 * @param setAside rows that their masks set aside, in the order of the reading
 * @param changed how many of the written rows each other bit was set for: the number of its mask
 *     times 64 and the number of the bit
 */
public record CopiedRows(
    ChunkResult written, List<MarkedRow> setAside, SortedMap<Integer, Long> changed) {
  public CopiedRows {
    setAside = List.copyOf(setAside);
    changed = new TreeMap<>(changed);
  }
}
