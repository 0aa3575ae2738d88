package dev.sensei.databases.copy;

import java.util.List;

/**
 * The form in which one COPY sends its rows. All columns of a statement share it.
 *
 * <p>The binary form costs least, and needs types that have functions for it on both sides, and
 * whose bytes mean the same there. The text form is every type's; what it says depends on the
 * session's settings, which have to be pinned on both sides.
 */
public enum CopyFormat {
  /** COPY's binary form: a signature, tuples with counted fields, a trailer. */
  BINARY,
  /** COPY's text form in UTF-8: a line for each row, and nothing else. */
  TEXT;

  /** The statement's options, without parentheses. */
  String options() {
    return switch (this) {
      case BINARY -> "FORMAT binary";
      case TEXT -> "FORMAT text, ENCODING 'UTF8'";
    };
  }

  /** The settings under which the target's session understands values as they were written. */
  List<String> settings() {
    return switch (this) {
      case BINARY -> List.of();
      case TEXT ->
          List.of(
              "DateStyle = 'ISO, YMD'",
              "IntervalStyle = 'postgres'",
              "lc_monetary = 'C'",
              "xmloption = 'content'",
              "array_nulls = on");
    };
  }

  /** What comes before the first tuple; may be empty. */
  byte[] header() {
    return switch (this) {
      case BINARY -> BinaryTuples.header();
      case TEXT -> new byte[0];
    };
  }

  /** What comes behind the last tuple; may be empty. */
  byte[] trailer() {
    return switch (this) {
      case BINARY -> BinaryTuples.trailer();
      case TEXT -> new byte[0];
    };
  }

  /**
   * What finds the tuples in a stream.
   *
   * @param sink receives the bytes of each, which can be sent again between header and trailer
   */
  TupleParser parser(TupleParser.TupleSink sink) {
    return switch (this) {
      case BINARY -> new BinaryTuples(sink);
      case TEXT -> new TextTuples(sink);
    };
  }

  /** What finds the tuples in a stream and only counts and hashes them. */
  TupleParser parser() {
    return parser(TupleParser.TupleSink.NONE);
  }
}
