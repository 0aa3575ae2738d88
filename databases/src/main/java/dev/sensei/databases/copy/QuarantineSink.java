package dev.sensei.databases.copy;

/**
 * Takes rows that the target does not. The bytes are row values: whoever implements this encrypts
 * them before they go anywhere.
 */
@FunctionalInterface
public interface QuarantineSink {
  /** Lets them go. */
  QuarantineSink NONE = (fault, tuple) -> {};

  /**
   * A row at fault.
   *
   * @param tuple its bytes in the format of the copy: in the binary form field count, then length
   *     and bytes of each field; in the text form a line; the callee's to keep
   */
  void quarantine(RowFault fault, byte[] tuple);
}
