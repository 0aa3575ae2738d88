package dev.sensei.agents.databases;

import dev.sensei.agents.TaskFailure;
import dev.sensei.databases.errors.DatabaseException;
import dev.sensei.databases.errors.ErrorClass;
import dev.sensei.databases.errors.ErrorFields;
import dev.sensei.schemas.common.FailureClass;

/** From a database's refusal to the failure of a task. */
public final class DatabaseTrouble {
  private static final String NO_STATE = "NO_SQLSTATE";

  private DatabaseTrouble() {}

  /** The failure to report; its code is the SQLSTATE, its object what the server named. */
  public static TaskFailure failure(DatabaseException thrown) {
    return new TaskFailure(
        classOf(thrown.errorClass()),
        thrown.sqlState().isEmpty() ? NO_STATE : thrown.sqlState(),
        String.valueOf(thrown.getMessage()),
        object(thrown.fields()));
  }

  /** The class of failure that an error is. */
  public static FailureClass classOf(ErrorClass errorClass) {
    return switch (errorClass) {
      case TRANSIENT -> FailureClass.TRANSIENT;
      case DATA -> FailureClass.DATA;
      case SCHEMA -> FailureClass.SCHEMA;
      case RESOURCE -> FailureClass.RESOURCE;
      case PERMISSION -> FailureClass.PERMISSION;
      case CONFIGURATION -> FailureClass.CONFIGURATION;
      case INTERNAL -> FailureClass.INTERNAL;
    };
  }

  private static String object(ErrorFields fields) {
    String table =
        fields
            .table()
            .map(name -> fields.schema().map(in -> in + ".").orElse("") + name)
            .orElse("");
    return fields.constraint().or(fields::column).map(part -> table + "." + part).orElse(table);
  }
}
