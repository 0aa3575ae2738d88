package dev.sensei.databases.snapshot;

import dev.sensei.databases.TableName;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Tables of the source could not be locked in time, since another session holds them. */
public final class SnapshotLockTimeout extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int NAMED = 10;

  SnapshotLockTimeout(List<TableName> batch, Duration waited) {
    super(
        "no ACCESS SHARE lock within "
            + waited.toMillis()
            + " ms on one of "
            + batch.size()
            + " tables ("
            + batch.stream().limit(NAMED).map(TableName::toString).collect(Collectors.joining(", "))
            + (batch.size() > NAMED ? ", …" : "")
            + "): another session of the source holds an exclusive lock (DDL, TRUNCATE, VACUUM"
            + " FULL); end it or allow a longer wait");
  }
}
