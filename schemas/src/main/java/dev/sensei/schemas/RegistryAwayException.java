package dev.sensei.schemas;

import org.apache.kafka.common.errors.RetriableException;

/** The schema registry does not answer. The same record may be read or written later. */
public final class RegistryAwayException extends RetriableException {
  private static final long serialVersionUID = 1L;

  RegistryAwayException(String message, Throwable cause) {
    super(message, cause);
  }
}
