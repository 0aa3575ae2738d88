package dev.sensei.databases.ledger;

import java.time.Duration;

/**
 * Bounds of the ledger's waits.
 *
 * @param lockWait how long to wait for a lock that another session of ours holds
 * @param endWait how long to wait until terminated sessions are gone
 * @param missingListed how many missing chunks {@code settle} lists at most; all are counted
 */
public record LedgerSettings(Duration lockWait, Duration endWait, int missingListed) {
  /** 30 seconds, 30 seconds, 10,000. */
  public static final LedgerSettings DEFAULT =
      new LedgerSettings(Duration.ofSeconds(30), Duration.ofSeconds(30), 10_000);

  public LedgerSettings {
    if (lockWait.toMillis() < 1 || endWait.toMillis() < 1 || missingListed < 1) {
      throw new IllegalArgumentException("the ledger's bounds must be positive");
    }
  }
}
