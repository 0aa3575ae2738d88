package dev.sensei.agents.scout;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.TaskReleasedException;
import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.databases.DatabaseIdentity;
import dev.sensei.databases.DatabaseRole;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.CatalogJson;
import dev.sensei.databases.catalog.CatalogReader;
import dev.sensei.databases.catalog.CatalogScope;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.schemas.report.AnalysisCompleted;
import dev.sensei.schemas.report.CatalogDescribed;
import dev.sensei.schemas.report.TableDescribed;
import dev.sensei.schemas.task.AnalyzeDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** Checks that a migration can begin, and describes both databases. Changes neither. */
final class DatabaseAnalysis {
  private final DatabaseAccess access;

  DatabaseAnalysis(DatabaseAccess access) {
    this.access = access;
  }

  void run(AnalyzeDatabases asked, TaskContext context) throws TaskFailure, TaskReleasedException {
    Side source = Side.of(access, asked.getSource(), DatabaseRole.SOURCE);
    Side target = Side.of(access, asked.getTarget(), DatabaseRole.TARGET);
    try (Connection from = source.open();
        Connection to = target.open()) {
      Preconditions.identities(DatabaseIdentity.read(from), DatabaseIdentity.read(to));
      Preconditions.writable(to);
      context.throwIfCancelled();
      Catalog sourceCatalog = read("source", from, Scope.source(asked.getOptions()));
      Preconditions.readable(from, sourceCatalog);
      context.throwIfCancelled();
      Catalog targetCatalog = read("target", to, Scope.target());
      Preconditions.mayCreate(to, sourceCatalog, targetCatalog, asked.getOptions());
      Preconditions.empty(to, sourceCatalog, targetCatalog, asked.getOptions());
      context.reportAll(new Reports(asked, context).of(sourceCatalog, targetCatalog));
    } catch (SQLException closing) {
      throw DatabaseErrors.translate("closing a connection", closing);
    }
  }

  /** All queries of one reading see one state of the catalog. */
  private static Catalog read(String side, Connection connection, CatalogScope scope) {
    return DatabaseErrors.call(
        "reading the catalog of the " + side,
        () -> {
          connection.setReadOnly(true);
          connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
          connection.setAutoCommit(false);
          Catalog catalog = CatalogReader.read(connection, scope);
          connection.rollback();
          connection.setAutoCommit(true);
          return catalog;
        });
  }

  private record Reports(AnalyzeDatabases asked, TaskContext context) {
    List<SpecificRecord> of(Catalog source, Catalog target) {
      List<SpecificRecord> reports = new ArrayList<>();
      source.tables().forEach(table -> reports.add(described(table)));
      reports.add(described("source", source.withTables(List.of())));
      reports.add(described("target", target));
      reports.add(
          AnalysisCompleted.newBuilder()
              .setMigrationId(asked.getMigrationId())
              .setTaskId(asked.getTaskId())
              .setAttempt(asked.getAttempt())
              .setAgent(context.agentName())
              .setAnalysis(asked.getAnalysis())
              .setTables(source.tables().size())
              .setRowEstimate(source.tables().stream().mapToLong(each -> each.size().rows()).sum())
              .setByteEstimate(
                  source.tables().stream().mapToLong(each -> each.size().totalBytes()).sum())
              .setCatalogDigest(CatalogJson.digest(source))
              .build());
      return reports;
    }

    private TableDescribed described(Table table) {
      return TableDescribed.newBuilder()
          .setMigrationId(asked.getMigrationId())
          .setTaskId(asked.getTaskId())
          .setAttempt(asked.getAttempt())
          .setAgent(context.agentName())
          .setAnalysis(asked.getAnalysis())
          .setTable(table.name().toString())
          .setRowEstimate(table.size().rows())
          .setByteEstimate(table.size().totalBytes())
          .setColumns(table.columns().size())
          .setDefinition(CatalogJson.write(table))
          .build();
    }

    private CatalogDescribed described(String side, Catalog catalog) {
      return CatalogDescribed.newBuilder()
          .setMigrationId(asked.getMigrationId())
          .setTaskId(asked.getTaskId())
          .setAttempt(asked.getAttempt())
          .setAgent(context.agentName())
          .setAnalysis(asked.getAnalysis())
          .setSide(side)
          .setDefinition(CatalogJson.write(catalog))
          .build();
    }
  }
}
