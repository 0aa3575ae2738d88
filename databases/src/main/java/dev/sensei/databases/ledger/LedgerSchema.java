package dev.sensei.databases.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The ledger's tables, and the lock that keeps creating and dropping them apart. */
final class LedgerSchema {
  static final String NAME = "sensei_ledger";

  /** Any number that only we use; "sensei" in ASCII. */
  private static final long LOCK = 0x73656E736569L;

  private static final List<String> TABLES =
      List.of(
          "queued_row",
          "known_fault",
          "chunk",
          "chunk_bounds",
          "chunk_key",
          "object",
          "claim",
          "installation");

  private static final List<String> CREATE =
      List.of(
          "CREATE SCHEMA sensei_ledger",
          """
          CREATE TABLE sensei_ledger.installation (
            migration_id text PRIMARY KEY,
            installation_id text NOT NULL,
            installed_at timestamptz NOT NULL DEFAULT now())\
          """,
          """
          CREATE TABLE sensei_ledger.claim (
            migration_id text NOT NULL REFERENCES sensei_ledger.installation,
            installation_id text NOT NULL,
            table_schema text NOT NULL,
            table_name text NOT NULL,
            table_index integer NOT NULL,
            epoch bigint NOT NULL,
            rows_before bigint NOT NULL,
            created_by_us boolean NOT NULL,
            staging text,
            others_before text,
            moved_in_by bigint,
            claimed_at timestamptz NOT NULL DEFAULT now(),
            settled_at timestamptz,
            PRIMARY KEY (table_schema, table_name),
            UNIQUE (migration_id, table_index))\
          """,
          """
          CREATE TABLE sensei_ledger.chunk_bounds (
            table_schema text NOT NULL,
            table_name text NOT NULL,
            epoch bigint NOT NULL,
            chunk integer NOT NULL,
            migration_id text NOT NULL,
            from_block bigint,
            to_block bigint,
            snapshot_number integer NOT NULL,
            after_key bytea[],
            up_to_key bytea[],
            PRIMARY KEY (table_schema, table_name, epoch, chunk))\
          """,
          """
          CREATE TABLE sensei_ledger.chunk_key (
            table_schema text NOT NULL,
            table_name text NOT NULL,
            epoch bigint NOT NULL,
            position integer NOT NULL,
            migration_id text NOT NULL,
            column_name text NOT NULL,
            type_schema text NOT NULL,
            type_name text NOT NULL,
            collation_schema text,
            collation_name text,
            operator_schema text NOT NULL,
            PRIMARY KEY (table_schema, table_name, epoch, position))\
          """,
          """
          CREATE TABLE sensei_ledger.chunk (
            table_schema text NOT NULL,
            table_name text NOT NULL,
            epoch bigint NOT NULL,
            chunk integer NOT NULL,
            migration_id text NOT NULL,
            snapshot_number integer NOT NULL,
            rows bigint NOT NULL,
            bytes bigint NOT NULL,
            digest text NOT NULL,
            set_aside bigint NOT NULL,
            deviations text NOT NULL,
            worker text NOT NULL,
            committed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (table_schema, table_name, epoch, chunk))\
          """,
          """
          CREATE TABLE sensei_ledger.known_fault (
            migration_id text NOT NULL,
            table_schema text NOT NULL,
            table_name text NOT NULL,
            epoch bigint NOT NULL,
            locator text NOT NULL,
            sql_state text NOT NULL,
            rule text NOT NULL,
            remedy text NOT NULL,
            PRIMARY KEY (table_schema, table_name, epoch, locator))\
          """,
          """
          CREATE TABLE sensei_ledger.queued_row (
            number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
            migration_id text NOT NULL,
            table_schema text NOT NULL,
            table_name text NOT NULL,
            table_index integer NOT NULL,
            epoch bigint NOT NULL,
            chunk integer NOT NULL,
            locator text NOT NULL,
            source_xmin bigint NOT NULL,
            sql_state text NOT NULL,
            error_schema text,
            error_table text,
            error_column text,
            error_constraint text,
            error_type text,
            key_hash text NOT NULL,
            key_id text NOT NULL,
            content bytea NOT NULL,
            attempts integer NOT NULL DEFAULT 1,
            state text NOT NULL,
            decided_by text,
            reason text,
            written_by bigint NOT NULL DEFAULT 0,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (table_schema, table_name, epoch, locator))\
          """,
          """
          CREATE TABLE sensei_ledger.object (
            migration_id text NOT NULL REFERENCES sensei_ledger.installation,
            number bigint GENERATED ALWAYS AS IDENTITY,
            kind text NOT NULL,
            identity text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (migration_id, kind, identity))\
          """);

  private LedgerSchema() {}

  /** Taken until the transaction ends by whoever creates or drops the schema. */
  static void lock(Connection target) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement("SELECT pg_catalog.pg_advisory_xact_lock(?)")) {
      statement.setLong(1, LOCK);
      statement.execute();
    }
  }

  static boolean exists(Connection target) throws SQLException {
    try (Statement statement = target.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT pg_catalog.to_regclass('sensei_ledger.installation') IS NOT NULL")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  static void create(Connection target) throws SQLException {
    try (Statement statement = target.createStatement()) {
      for (String sql : CREATE) {
        statement.execute(sql);
      }
    }
  }

  static void drop(Connection target) throws SQLException {
    try (Statement statement = target.createStatement()) {
      for (String table : TABLES) {
        statement.execute("DROP TABLE sensei_ledger." + table);
      }
      statement.execute("DROP SCHEMA sensei_ledger");
    }
  }
}
