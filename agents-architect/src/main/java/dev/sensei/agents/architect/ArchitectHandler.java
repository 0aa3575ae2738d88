package dev.sensei.agents.architect;

import dev.sensei.agents.AgentTools;
import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskFailure;
import dev.sensei.agents.TaskHandler;
import dev.sensei.agents.TaskReleasedException;
import dev.sensei.agents.architect.PlanOutcome.Planned;
import dev.sensei.agents.architect.PlanOutcome.Refused;
import dev.sensei.agents.architect.mapping.MappedSource;
import dev.sensei.agents.architect.mapping.MappingRefused;
import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.agents.journal.Analyses;
import dev.sensei.agents.journal.CatalogDocuments;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.databases.DatabaseRole;
import dev.sensei.databases.DatabaseUri;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.CatalogJson;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.errors.DatabaseErrors;
import dev.sensei.schemas.common.DatabaseReference;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.event.CatalogDescribed;
import dev.sensei.schemas.event.TableDescribed;
import dev.sensei.schemas.task.PlanMigration;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/**
 * The Architect: makes the plan of a migration from the catalogs in its journal and from what the
 * target's server offers; what a person declared of tables it tries on the source before. Asked
 * again, it makes the same plan, as long as the sample of rows that rules are tried on is the same.
 */
public final class ArchitectHandler implements TaskHandler {
  private static final String APPLICATION = "sensei-architect";

  private final DatabaseAccess databases;
  private final Analyses analyses;

  /** An Architect with what its agent has. */
  public ArchitectHandler(AgentTools tools) {
    this(tools.databases(), tools.journal());
  }

  /** An Architect that plans from these analyses. */
  public ArchitectHandler(DatabaseAccess databases, Analyses analyses) {
    this.databases = databases;
    this.analyses = analyses;
  }

  @Override
  public Set<Class<? extends SpecificRecord>> taskTypes() {
    return Set.of(PlanMigration.class);
  }

  @Override
  public void handle(SpecificRecord task, TaskContext context)
      throws TaskFailure, TaskReleasedException {
    if (!(task instanceof PlanMigration asked)) {
      throw new IllegalArgumentException("no task of the Architect: " + task.getSchema().getName());
    }
    PlanInput input = mapped(asked, input(asked));
    context.throwIfCancelled();
    switch (Planner.plan(input)) {
      case Planned planned -> {
        Planned looked = looked(asked, input, planned);
        context.throwIfCancelled();
        context.reportAll(new PlanReports(asked, context, input).of(looked));
      }
      case Refused refused -> throw failure(refused);
    }
  }

  private static TaskFailure failure(Refused refused) {
    return new TaskFailure(
        refused.failureClass(), refused.code(), refused.message(), refused.object());
  }

  /** The plan with what a look at the source's rows says of its rules. */
  private Planned looked(PlanMigration asked, PlanInput input, Planned planned) throws TaskFailure {
    if (planned.tables().stream().noneMatch(TablePlan::hasRules)) {
      return planned;
    }
    RuleProposals proposals =
        new RuleProposals(
            planned.tables(),
            planned.migration().errorLimit(),
            new DeclaredRules(asked.getOptions(), Ancestry.of(input.source())));
    List<String> risks = new ArrayList<>(proposals.unguarded());
    try (Connection connection = open(asked.getSource(), DatabaseRole.SOURCE)) {
      RuleSample sample = new RuleSample(connection);
      Optional<Refused> refused =
          sample.unreadable(planned.tables(), asked.getOptions().getRules());
      if (refused.isPresent()) {
        throw failure(refused.get());
      }
      RuleSample.Seen seen = sample.look(planned.tables());
      seen.counts().forEach(count -> risks.add(proposals.line(count)));
      risks.addAll(seen.unseen());
    } catch (SQLException failed) {
      throw DatabaseErrors.translate("looking at the source's rows", failed);
    }
    return new Planned(planned.tables(), planned.migration().withRisks(risks));
  }

  private PlanInput input(PlanMigration asked) throws TaskFailure {
    CatalogDocuments documents =
        analyses.catalog(asked.getMigrationId(), asked.getAnalysis(), asked.getAnalysisAttempt());
    List<Table> tables =
        documents.tables().stream()
            .map(TableDescribed::getDefinition)
            .map(CatalogJson::readTable)
            .sorted(Comparator.comparing(Table::name))
            .toList();
    return new PlanInput(
        withoutPassword(asked.getSource().getUri()),
        withoutPassword(asked.getTarget().getUri()),
        documents.completed().getCatalogDigest(),
        side(documents, "source").withTables(tables),
        side(documents, "target"),
        server(asked),
        asked.getOptions());
  }

  /** Tries what a person declared on the source, where anything is declared. */
  private PlanInput mapped(PlanMigration asked, PlanInput input) throws TaskFailure {
    if (asked.getOptions().getMappings().isEmpty()) {
      return input;
    }
    try (Connection connection = open(asked.getSource(), DatabaseRole.SOURCE)) {
      return input.with(
          MappedSource.of(
              connection,
              asked.getOptions().getMappings(),
              input.source(),
              input.target(),
              CastRecovery.of(input)));
    } catch (MappingRefused refused) {
      throw new TaskFailure(
          FailureClass.CONFIGURATION, refused.code(), refused.message(), refused.object());
    } catch (SQLException failed) {
      throw DatabaseErrors.translate("closing the session on the source", failed);
    }
  }

  private static Catalog side(CatalogDocuments documents, String side) throws TaskFailure {
    String definition =
        documents.catalogs().stream()
            .filter(catalog -> catalog.getSide().equals(side))
            .map(CatalogDescribed::getDefinition)
            .findFirst()
            .orElseThrow(
                () ->
                    new TaskFailure(
                        FailureClass.INTERNAL,
                        "CATALOG_MISSING",
                        "expected the catalog of the %s in the journal, found none; start the"
                                .formatted(side)
                            + " analysis again"));
    return CatalogJson.readCatalog(definition);
  }

  private TargetServer server(PlanMigration asked) throws TaskFailure {
    try (Connection connection = open(asked.getTarget(), DatabaseRole.TARGET)) {
      return TargetServer.read(connection);
    } catch (SQLException failed) {
      throw DatabaseErrors.translate("asking the target's server what it offers", failed);
    }
  }

  /** A session; what its reference names may not be there. */
  private Connection open(DatabaseReference database, DatabaseRole role) throws TaskFailure {
    try {
      return databases.open(database, role, APPLICATION);
    } catch (IllegalArgumentException unreadable) {
      throw new TaskFailure(
          FailureClass.CONFIGURATION, "BAD_REFERENCE", String.valueOf(unreadable.getMessage()));
    }
  }

  private static String withoutPassword(String uri) {
    return DatabaseUri.parse(uri).withoutPassword().toString();
  }
}
