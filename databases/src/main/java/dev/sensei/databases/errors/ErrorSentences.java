package dev.sensei.databases.errors;

import java.util.Optional;

/** Plain sentences for SQLSTATE codes: the server's own may quote rows. */
final class ErrorSentences {
  private ErrorSentences() {}

  static String of(ErrorFields fields) {
    Optional<String> rule = fields.constraint().filter(_ -> isOfThePlan(fields));
    return rule.isPresent() ? ofRule(fields, rule.get()) : ofServer(fields);
  }

  /**
   * Whether a rule of the plan found it, before any server said so: its text stands where a server
   * names a constraint, and servers name no constraint without its table or domain.
   */
  private static boolean isOfThePlan(ErrorFields fields) {
    return fields.table().isEmpty()
        && fields.dataType().isEmpty()
        && (fields.sqlState().startsWith("22") || fields.sqlState().startsWith("23"));
  }

  private static String ofRule(ErrorFields fields, String rule) {
    String column = fields.column().map(name -> " of column " + name).orElse("");
    return switch (fields.sqlState()) {
      case "22001" -> "a value%s is too long".formatted(column);
      case "23502" -> "NULL%s, which takes none".formatted(column);
      case "22003", "22P02" -> "a value%s cannot become one of its type".formatted(column);
      case "22P05" -> "a value%s holds the character 0".formatted(column);
      default -> "the rule \"%s\" is not kept%s".formatted(rule, column.replace(" of", " by"));
    };
  }

  private static String ofServer(ErrorFields fields) {
    String onTable = on(fields);
    String column = fields.column().map(name -> " " + name).orElse("");
    String constraint = fields.constraint().map(name -> " " + name).orElse("");
    String type = fields.dataType().map(name -> " (type " + name + ")").orElse("");
    return switch (fields.sqlState()) {
      case "" -> "the driver failed without a code";
      case "02000" -> "the source does not have the row any more";
      case "08001", "08004" -> "the connection could not be opened";
      case "08003", "08006", "08000" -> "the connection was lost";
      case "08P01" -> "the server and the driver disagree about the protocol";
      case "0A000" -> "the server does not support this" + onTable;
      case "21000" -> "a query meant to give one row gave several" + onTable;
      case "22001" -> "a value is too long for its column" + column + type + onTable;
      case "22003" -> "a number is out of the range of its type" + type + onTable;
      case "22007", "22008" -> "a date or time is not valid or out of range" + onTable;
      case "22021" -> "text is not valid in the database's encoding" + onTable;
      case "22P02" -> "a value is not valid text for its type" + type + onTable;
      case "22P03" -> "a value's binary form does not fit its column's type" + type + onTable;
      case "22P04" -> "the stream of rows does not have the form that COPY expects" + onTable;
      case "22P05" -> "a character has no equivalent in the target's encoding" + onTable;
      case "22012" -> "a computed value divides by zero" + onTable;
      case "23502" -> "NULL in column" + column + " which is NOT NULL" + onTable;
      case "23503", "23001" -> "foreign key" + constraint + " is violated" + onTable;
      case "23505" -> "unique constraint" + constraint + " is violated" + onTable;
      case "23514" -> "check constraint" + constraint + " is violated" + onTable;
      case "23P01" -> "exclusion constraint" + constraint + " is violated" + onTable;
      case "25006" -> "the transaction or the server is read-only";
      case "25P02" -> "the transaction had already failed";
      case "25P03" -> "the server ended the session: it was idle in a transaction for too long";
      case "25P04" -> "the server ended the session: its transaction took too long";
      case "28000" -> "the server does not let this role in from here (pg_hba.conf)";
      case "28P01" -> "the password is wrong or missing";
      case "2BP01" -> "other objects depend on this one" + onTable;
      case "3D000" -> "the database does not exist";
      case "3F000" -> "the schema does not exist";
      case "40001" -> "a concurrent transaction made this one impossible; it can be tried again";
      case "40P01" -> "two transactions waited for each other; this one can be tried again";
      case "42501" -> "the role lacks a privilege" + onTable;
      case "42601" -> "the statement has a syntax error";
      case "42703" -> "a column does not exist" + onTable;
      case "42704" -> "an object does not exist";
      case "42804" -> "types do not match" + column + onTable;
      case "42809" -> "the object is of another kind than expected" + onTable;
      case "42883" -> "a function or operator does not exist";
      case "42P01" -> "a table does not exist";
      case "42P07", "42710", "42P06" -> "an object of that name exists already";
      case "53100" -> "the server's disk is full";
      case "53200" -> "the server is out of memory";
      case "53300" -> "the server has no connection left (max_connections)";
      case "54000" -> "a limit of the server is exceeded";
      case "55006" -> "the object is in use";
      case "55P03" -> "a lock could not be had in time";
      case "P0001" -> "a trigger or function of the database refused it" + onTable;
      case "SN001" ->
          "the source does not have the row at its place any more, and others in the error queue"
              + " have its key";
      case "57014" -> "the statement was cancelled or ran into a timeout";
      case "57P01" -> "an administrator ended the session";
      case "57P02" -> "the server crashed and is restarting";
      case "57P03" -> "the server is starting or stopping and takes no connections yet";
      default -> byClass(fields, onTable);
    };
  }

  private static String byClass(ErrorFields fields, String onTable) {
    String state = fields.sqlState();
    String prefix = state.substring(0, Math.min(2, state.length()));
    return switch (prefix) {
      case "08" -> "the connection failed";
      case "22" -> "a value does not fit" + onTable;
      case "23" ->
          "a constraint is violated"
              + fields.constraint().map(name -> ": " + name).orElse("")
              + onTable;
      case "28" -> "the server refused the role";
      case "40" -> "the transaction was rolled back; it can be tried again";
      case "42" -> "the statement does not fit the schema" + onTable;
      case "53" -> "the server is short of resources";
      case "54" -> "a limit of the server is exceeded";
      case "55" -> "the object is not in the state that this needs" + onTable;
      case "57" -> "an operator of the server intervened";
      case "58", "XX" -> "the server has an internal or system error";
      default -> "the server refused" + onTable;
    };
  }

  private static String on(ErrorFields fields) {
    Optional<String> table =
        fields.table().map(name -> fields.schema().map(schema -> schema + "." + name).orElse(name));
    return table.map(name -> " on " + name).orElse("");
  }
}
