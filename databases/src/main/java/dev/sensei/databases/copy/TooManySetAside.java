package dev.sensei.databases.copy;

import java.util.List;

/** More rows of a chunk are to be set aside than may be; nothing of it must be committed. */
public final class TooManySetAside extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<MarkedRow> rows;

  TooManySetAside(List<MarkedRow> rows) {
    super(rows.size() + " rows are to be set aside, one more than may be");
    this.rows = rows;
  }

  /** Those that were found. */
  public List<MarkedRow> rows() {
    return rows;
  }
}
