package dev.sensei.databases.digest;

/**
 * Bounds of the search for differing rows.
 *
 * @param bucketBits each round splits what is left into 2 to the power of this; 1 to 12
 * @param openBuckets how many differing buckets one round follows; the rest is left as incomplete
 * @param fetchRows how many rows' hashes are fetched at once from a side, when few are left
 * @param maxRows how many differing rows are reported
 */
public record DifferenceSettings(int bucketBits, int openBuckets, long fetchRows, int maxRows) {
  /** 1,024 buckets a round, 64 followed, 50,000 hashes at once, 100 rows reported. */
  public static final DifferenceSettings DEFAULT = new DifferenceSettings(10, 64, 50_000, 100);

  public DifferenceSettings {
    if (bucketBits < 1 || bucketBits > 12 || openBuckets < 1 || fetchRows < 1 || maxRows < 1) {
      throw new IllegalArgumentException("bounds of the search must be positive, bits at most 12");
    }
  }
}
