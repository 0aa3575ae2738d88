package dev.sensei.databases.copy;

/**
 * Bounds of the search for rows at fault.
 *
 * @param batchRows how many rows are buffered and tried at once, at most
 * @param batchBytes how many bytes they have, at most; one wider row makes a batch of its own
 * @param maxFaults after so many rows at fault the search gives up
 */
public record BisectionSettings(int batchRows, int batchBytes, int maxFaults) {
  /** 10,000 rows, 32 MiB, 10,000 rows at fault. */
  public static final BisectionSettings DEFAULT = new BisectionSettings(10_000, 32 << 20, 10_000);

  public BisectionSettings {
    if (batchRows < 1 || batchBytes < 1 || maxFaults < 1) {
      throw new IllegalArgumentException("bounds of the bisection must be positive");
    }
  }
}
