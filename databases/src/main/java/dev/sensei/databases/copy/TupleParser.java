package dev.sensei.databases.copy;

/**
 * Walks through a COPY's stream in one format as it goes by: finds where tuples begin and end,
 * counts them, and adds up their hashes. Does not care how the stream is cut into pieces.
 */
sealed interface TupleParser permits BinaryTuples, TextTuples {
  /** Receives the bytes of tuples, which a tuple that spans pieces comes in parts of. */
  interface TupleSink {
    TupleSink NONE =
        new TupleSink() {
          @Override
          public void part(byte[] data, int from, int length) {}

          @Override
          public void end() {}
        };

    /** Some bytes of the current tuple; valid during the call. */
    void part(byte[] data, int from, int length);

    /** The current tuple is complete. */
    void end();
  }

  /**
   * Takes the next piece of the stream.
   *
   * @throws MalformedCopyStream where it is not what the format says
   */
  void accept(byte[] data, int from, int length);

  /**
   * The stream has ended.
   *
   * @throws MalformedCopyStream where it was not complete
   */
  void end();

  /** The tuples so far. */
  TupleSum sum();
}
