package dev.sensei.agents.testing;

import dev.sensei.agents.TaskContext;
import dev.sensei.agents.TaskIdentity;
import dev.sensei.agents.databases.DatabaseAccess;
import dev.sensei.agents.journal.Journal;
import dev.sensei.agents.journal.PlanDocuments;
import dev.sensei.agents.plan.ColumnMapping;
import dev.sensei.agents.plan.MigrationPlan;
import dev.sensei.agents.plan.PlanJson;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.state.MigrationStatus;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.CatalogJson;
import dev.sensei.databases.catalog.CatalogReader;
import dev.sensei.databases.catalog.CatalogScope;
import dev.sensei.databases.catalog.Sequence;
import dev.sensei.databases.catalog.Table;
import dev.sensei.databases.ddl.DdlGenerator;
import dev.sensei.databases.ddl.Statement;
import dev.sensei.databases.rules.SetRule;
import dev.sensei.platform.PostgresServer;
import dev.sensei.schemas.JournalRecord;
import dev.sensei.schemas.common.DatabaseReference;
import dev.sensei.schemas.event.PlanCompleted;
import dev.sensei.schemas.event.TablePlanned;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;

/** Two databases, a plan between them made by hand, and a context that keeps what it is told. */
public final class Migration implements TaskContext, Journal {
  public final PostgresServer.Endpoint source;
  public final PostgresServer.Endpoint target;
  public final List<SpecificRecord> reports = new CopyOnWriteArrayList<>();
  public final List<JournalRecord> records = new ArrayList<>();
  public final MigrationPlan plan;
  public final List<TablePlan> tables = new ArrayList<>();
  public final String digest;
  public final Catalog before;
  public volatile boolean cancelled;

  /**
   * Reads both catalogs and plans what is in the source.
   *
   * @param options of the migration, as the plan has them
   */
  public Migration(
      PostgresServer.Endpoint source, PostgresServer.Endpoint target, Map<String, String> options)
      throws SQLException {
    this(source, target, options, Map.of());
  }

  /**
   * The same under rules over several rows.
   *
   * @param setRules by the names of tables
   */
  public Migration(
      PostgresServer.Endpoint source,
      PostgresServer.Endpoint target,
      Map<String, String> options,
      Map<String, List<SetRule>> setRules)
      throws SQLException {
    this.source = source;
    this.target = target;
    Catalog from = catalog(source);
    before = catalog(target);
    List<Table> missing =
        from.tables().stream().filter(table -> before.table(table.name()).isEmpty()).toList();
    for (Table table : from.tables()) {
      boolean created = missing.contains(table);
      Table definition = created ? table : before.table(table.name()).orElseThrow();
      tables.add(
          new TablePlan(
              tables.size(),
              table.name(),
              table.name(),
              definition.structure(),
              created,
              1,
              List.of(),
              columns(table, definition),
              created ? DdlGenerator.keys(table) : List.of(),
              created ? DdlGenerator.indexes(table) : List.of(),
              created
                  ? DdlGenerator.foreignKeys(table, DdlGenerator.partitioned(from.tables()))
                  : List.of(),
              0,
              0,
              List.of(),
              Optional.empty(),
              setRules.getOrDefault(table.name().name(), List.of())));
    }
    Catalog made = from.withTables(missing);
    List<Statement> post = new ArrayList<>(DdlGenerator.views(made));
    post.addAll(DdlGenerator.comments(made));
    plan =
        new MigrationPlan(
            source.uri(),
            target.uri(),
            CatalogJson.digest(from),
            options,
            from.withTables(List.of()).structure(),
            absent(DdlGenerator.preData(made)),
            post,
            from.allSequences().stream().map(Sequence::name).toList(),
            List.of(),
            tables.stream().map(each -> PlanJson.digest(PlanJson.write(each))).toList(),
            List.of(),
            List.of(),
            1,
            List.of());
    digest = PlanJson.digest(PlanJson.write(plan));
  }

  /** Those statements that are not about a schema or sequence that the target has. */
  private List<Statement> absent(List<Statement> statements) {
    Set<String> there = new HashSet<>();
    before.schemas().forEach(schema -> there.add("schema " + schema.name()));
    before.sequences().forEach(sequence -> there.add("sequence " + sequence.name()));
    return statements.stream().filter(each -> !there.contains(each.object())).toList();
  }

  private static List<ColumnMapping> columns(Table from, Table to) {
    return to.copiedColumns().stream()
        .filter(column -> from.column(column.name()).isPresent())
        .map(
            column ->
                new ColumnMapping(
                    column.name(),
                    column.name(),
                    from.column(column.name()).orElseThrow().type(),
                    column.type(),
                    1,
                    "",
                    List.of()))
        .toList();
  }

  public DatabaseAccess access() {
    return DatabaseAccess.withPasswords(
        Map.of(source.uri(), source.password(), target.uri(), target.password()));
  }

  public static DatabaseReference reference(PostgresServer.Endpoint database) {
    return DatabaseReference.newBuilder().setUri(database.uri()).setPasswordReference(null).build();
  }

  public static Catalog catalog(PostgresServer.Endpoint database) throws SQLException {
    try (Connection connection = database.connect()) {
      return CatalogReader.read(connection, CatalogScope.ALL);
    }
  }

  public static void run(PostgresServer.Endpoint database, String sql) throws SQLException {
    try (Connection connection = database.connect();
        java.sql.Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** One value in text. */
  public static String ask(PostgresServer.Endpoint database, String sql) throws SQLException {
    try (Connection connection = database.connect();
        java.sql.Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return String.valueOf(row.getString(1));
    }
  }

  /** The last report, which has to be of this type. */
  public <T> T last(Class<T> type) {
    return type.cast(reports.getLast());
  }

  public TablePlan table(String name) {
    return tables.stream()
        .filter(table -> table.source().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public PlanDocuments plan(String migrationId, String planDigest) {
    return new PlanDocuments(
        tables.stream()
            .map(
                table ->
                    TablePlanned.newBuilder()
                        .setMigrationId("m")
                        .setAttempt(1)
                        .setPlan(1)
                        .setTable(table.source().toString())
                        .setTableIndex(table.index())
                        .setTargetTable(table.target().toString())
                        .setPhase(1)
                        .setDependsOn(List.of())
                        .setRowEstimate(0)
                        .setByteEstimate(0)
                        .setForeignKeys(!table.foreignKeys().isEmpty())
                        .setConfidence(1)
                        .setDefinition(PlanJson.write(table))
                        .build())
            .toList(),
        completed());
  }

  public PlanCompleted completed() {
    return PlanCompleted.newBuilder()
        .setMigrationId("m")
        .setAttempt(1)
        .setPlan(1)
        .setPlanDigest(digest)
        .setTables(tables.size())
        .setPhases(1)
        .setRowEstimate(0)
        .setByteEstimate(0)
        .setEstimatedSeconds(0)
        .setConfidence(1)
        .setFlaggedMappings(0)
        .setExceptions(List.of())
        .setRisks(List.of())
        .setDefinition(PlanJson.write(plan))
        .build();
  }

  @Override
  public long forEach(String migrationId, Consumer<JournalRecord> each) {
    records.forEach(each);
    return records.size();
  }

  @Override
  public void forEachUntil(String migrationId, String awaited, Predicate<JournalRecord> isLast) {
    if (records.stream().noneMatch(isLast)) {
      throw new AssertionError("the journal does not have " + awaited);
    }
  }

  @Override
  public TaskIdentity task() {
    return new TaskIdentity("m", "t", 1);
  }

  @Override
  public String agentName() {
    return "agent@test";
  }

  @Override
  public Instant handedOut() {
    return Instant.EPOCH;
  }

  @Override
  public int deliveryCount() {
    return 1;
  }

  @Override
  public Optional<MigrationStatus> migration() {
    return Optional.empty();
  }

  @Override
  public boolean cancelled() {
    return cancelled;
  }

  @Override
  public void reportAll(List<? extends SpecificRecord> sent) {
    reports.addAll(sent);
  }

  @Override
  public void progress(SpecificRecord progress) {
    if (progress.getSchema().getName().isEmpty()) {
      throw new AssertionError("progress has a type");
    }
  }
}
