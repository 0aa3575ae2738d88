package dev.sensei.agents.scout;

import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.plan.TargetNames;
import dev.sensei.databases.DatabaseIdentity;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.TableName;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.Schema;
import dev.sensei.databases.catalog.Sequence;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.schemas.common.ExistingRows;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.common.Options;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What has to hold before a migration is planned; each failure says what to do. */
final class Preconditions {
  /** The oldest major version of PostgreSQL that is read and written. */
  static final int OLDEST = 12;

  private static final int NAMED = 20;

  private Preconditions() {}

  /** Both servers are new enough, and the databases are two. */
  static void identities(DatabaseIdentity source, DatabaseIdentity target) throws TaskFailure {
    newEnough("source", source);
    newEnough("target", target);
    if (source.sameDatabaseAs(target)) {
      throw new TaskFailure(
          FailureClass.CONFIGURATION,
          "SAME_DATABASE",
          "expected two databases, found that source and target are both database "
              + source.databaseName()
              + " of the same server; name another target",
          source.databaseName());
    }
  }

  private static void newEnough(String side, DatabaseIdentity database) throws TaskFailure {
    if (database.majorVersion() < OLDEST) {
      throw new TaskFailure(
          FailureClass.CONFIGURATION,
          "SERVER_TOO_OLD",
          "expected PostgreSQL %d or later as %s, found version %d; upgrade it first"
              .formatted(OLDEST, side, database.majorVersion()),
          database.databaseName());
    }
  }

  /** The target takes writes. */
  static void writable(Connection target) throws TaskFailure {
    boolean readOnly =
        ask(
            target,
            "SELECT pg_catalog.pg_is_in_recovery()"
                + " OR current_setting('default_transaction_read_only')::boolean");
    if (readOnly) {
      throw new TaskFailure(
          FailureClass.CONFIGURATION,
          "TARGET_READ_ONLY",
          "expected a target that takes writes, found a standby or a read-only database; name the"
              + " primary, or switch default_transaction_read_only off");
    }
  }

  /** The source's role may read every row and sequence in scope. */
  static void readable(Connection source, Catalog catalog) throws TaskFailure {
    String role = text(source, "SELECT quote_ident(current_user)");
    // The catalog also counts tables as unreadable that row security hides rows of; a grant does
    // not help there.
    List<TableName> tables =
        refused(
            source,
            catalog.unreadableTables(),
            "pg_catalog.has_table_privilege(%s, 'SELECT')"
                + " AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')");
    if (!tables.isEmpty()) {
      throw denied("read these tables of the source", tables, "SELECT", role);
    }
    List<TableName> sequences =
        refused(
            source,
            catalog.allSequences().stream().map(Sequence::name).toList(),
            "pg_catalog.has_sequence_privilege(%s, 'SELECT')");
    if (!sequences.isEmpty()) {
      throw denied("read these sequences of the source", sequences, "SELECT", role);
    }
    List<TableName> secured =
        refused(
            source,
            catalog.tables().stream().filter(Table::rowSecurity).map(Table::name).toList(),
            "NOT pg_catalog.row_security_active(%s)");
    if (!secured.isEmpty()) {
      throw new TaskFailure(
          FailureClass.PERMISSION,
          "ROW_SECURITY",
          "expected to see every row, found that row security hides some from role %s in: %s; run"
                  .formatted(role, list(secured))
              + " ALTER ROLE "
              + role
              + " BYPASSRLS, or connect as the owner",
          secured.getFirst().toString());
    }
  }

  /** The target's role may create what the plan will create, and fill what is there. */
  static void mayCreate(Connection target, Catalog source, Catalog there, Options options)
      throws TaskFailure {
    String role = text(target, "SELECT quote_ident(current_user)");
    if (!ask(target, "SELECT has_database_privilege(current_database(), 'CREATE')")) {
      String database = SqlIdentifier.quoteWhereNeeded(there.database().databaseName());
      throw new TaskFailure(
          FailureClass.PERMISSION,
          "NO_CREATE",
          "expected the right to create schemas in the target, found that role %s may not; run"
                  .formatted(role)
              + " GRANT CREATE ON DATABASE %s TO %s".formatted(database, role),
          database);
    }
    List<TableName> tables = inTarget(source, options);
    Set<String> used =
        tables.stream()
            .filter(name -> there.table(name).isEmpty())
            .map(TableName::schema)
            .collect(Collectors.toSet());
    for (Schema schema : there.schemas()) {
      String name = SqlIdentifier.quoteWhereNeeded(schema.name());
      if (used.contains(schema.name()) && !mayCreateIn(target, schema.name())) {
        throw new TaskFailure(
            FailureClass.PERMISSION,
            "NO_CREATE",
            "expected the right to create tables in schema %s of the target, found that role %s"
                    .formatted(name, role)
                + " may not; run GRANT CREATE, USAGE ON SCHEMA %s TO %s".formatted(name, role),
            name);
      }
    }
    List<String> wanted = new ArrayList<>(List.of("SELECT", "INSERT"));
    switch (options.getExistingRows()) {
      case TRUNCATE -> wanted.add("TRUNCATE");
      // To take the rows back that were moved in.
      case APPEND -> wanted.add("DELETE");
      case REFUSE, UNKNOWN -> {}
    }
    List<TableName> closed =
        refused(
            target,
            tables.stream().filter(name -> there.table(name).isPresent()).toList(),
            wanted.stream()
                .map("pg_catalog.has_table_privilege(%%1$s, '%s')"::formatted)
                .collect(Collectors.joining(" AND ")));
    if (!closed.isEmpty()) {
      throw denied("fill these tables of the target", closed, String.join(", ", wanted), role);
    }
  }

  /** The target's tables hold no rows, unless the options say what to do with them. */
  static void empty(Connection target, Catalog source, Catalog there, Options options)
      throws TaskFailure {
    if (options.getExistingRows() != ExistingRows.REFUSE) {
      return;
    }
    List<TableName> filled = new ArrayList<>();
    for (TableName name : inTarget(source, options)) {
      if (there.table(name).isPresent()
          && ask(target, "EXISTS (SELECT FROM ONLY " + name.quoted() + ")")) {
        filled.add(name);
      }
    }
    if (!filled.isEmpty()) {
      throw new TaskFailure(
          FailureClass.CONFIGURATION,
          "TARGET_NOT_EMPTY",
          "expected these tables of the target to be empty, found rows in: %s; nothing was changed"
                  .formatted(list(filled))
              + " there: empty them, or give --spec with tables.exclude to leave them out, or with"
              + " options.existingRows: truncate to have them emptied, or append to keep them",
          filled.getFirst().toString());
    }
  }

  /** The tables by the names that they have in the target, as far as a person declared others. */
  private static List<TableName> inTarget(Catalog source, Options options) {
    TargetNames names = new TargetNames(options);
    return source.tables().stream().map(Table::name).map(names::of).toList();
  }

  private static TaskFailure denied(
      String what, List<TableName> objects, String privilege, String role) {
    String kind = what.contains("sequences") ? "SEQUENCE " : "";
    String schemas =
        objects.stream()
            .map(TableName::schema)
            .distinct()
            .map(SqlIdentifier::quoteWhereNeeded)
            .collect(Collectors.joining(", "));
    return new TaskFailure(
        FailureClass.PERMISSION,
        "NO_PRIVILEGE",
        "expected the right to %s, found that role %s may not: %s; run GRANT USAGE ON SCHEMA %s TO"
                .formatted(what, role, list(objects), schemas)
            + " %s; GRANT %s ON %s%s TO %s".formatted(role, privilege, kind, list(objects), role),
        objects.getFirst().toString());
  }

  private static String list(List<TableName> names) {
    return names.stream().limit(NAMED).map(TableName::toString).collect(Collectors.joining(", "))
        + (names.size() > NAMED ? " and %d more".formatted(names.size() - NAMED) : "");
  }

  /** Those of the relations for which a condition over the relation's name does not hold. */
  private static List<TableName> refused(
      Connection connection, List<TableName> names, String condition) {
    return DatabaseErrors.call(
        "asking for privileges",
        () -> {
          List<TableName> refused = new ArrayList<>();
          String sql =
              "SELECT %s".formatted(condition.formatted("c.oid"))
                  + " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
                  + " ON n.oid = c.relnamespace WHERE n.nspname = ? AND c.relname = ?";
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (TableName name : names) {
              statement.setString(1, name.schema());
              statement.setString(2, name.name());
              try (ResultSet row = statement.executeQuery()) {
                if (row.next() && !row.getBoolean(1)) {
                  refused.add(name);
                }
              }
            }
          }
          return refused;
        });
  }

  private static boolean mayCreateIn(Connection connection, String schema) {
    return DatabaseErrors.call(
        "asking for privileges",
        () -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  "SELECT has_schema_privilege(?, 'CREATE') AND has_schema_privilege(?,"
                      + " 'USAGE')")) {
            statement.setString(1, schema);
            statement.setString(2, schema);
            try (ResultSet row = statement.executeQuery()) {
              return row.next() && row.getBoolean(1);
            }
          }
        });
  }

  private static boolean ask(Connection connection, String sql) {
    return text(connection, "SELECT (" + sql + ")::text").equals("true");
  }

  private static String text(Connection connection, String sql) {
    return DatabaseErrors.call(
        "asking the server about itself",
        () -> {
          try (Statement statement = connection.createStatement();
              ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? String.valueOf(row.getString(1)) : "";
          }
        });
  }
}
