package dev.sensei.agents.architect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.agents.architect.PlanOutcome.Planned;
import dev.sensei.agents.architect.PlanOutcome.Refused;
import dev.sensei.agents.plan.PlanJson;
import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.plan.TableText;
import dev.sensei.agents.plan.TextColumns;
import dev.sensei.agents.testing.OnPostgres;
import dev.sensei.databases.DatabaseIdentity;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.copy.CopyFormat;
import dev.sensei.platform.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** How types decide what a plan says, and whether there is one. */
class TypesInPlansTest {
  private static PostgresServer.Endpoint database(String sql) throws SQLException {
    PostgresServer.Endpoint endpoint = OnPostgres.newDatabase("types");
    try (Connection connection = endpoint.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
    return endpoint;
  }

  private static PlanInput input(String source, String target) throws SQLException {
    return Databases.input(database(source), database(target), Databases.OPTIONS);
  }

  /** The same with a target of this version and these digits of money. */
  private static PlanInput with(PlanInput input, int version, int moneyDigits) {
    Catalog target = input.target();
    DatabaseIdentity is = target.database();
    DatabaseIdentity older =
        new DatabaseIdentity(
            is.systemIdentifier(),
            is.postmasterStart(),
            is.port(),
            is.timeline(),
            is.databaseOid(),
            is.databaseName(),
            version * 10_000);
    TargetServer server = input.server();
    return new PlanInput(
        input.sourceUri(),
        input.targetUri(),
        input.catalogDigest(),
        input.source(),
        new Catalog(
            older,
            target.encoding(),
            target.collation(),
            target.characterType(),
            target.schemas(),
            target.extensions(),
            target.enums(),
            target.domains(),
            target.composites(),
            target.routines(),
            target.sequences(),
            target.tables(),
            target.views(),
            target.uncarried(),
            target.unreadableTables()),
        new TargetServer(
            server.connected(),
            server.roles(),
            server.extensions(),
            server.forbiddenExtensions(),
            server.extensionVersions(),
            server.types(),
            moneyDigits),
        input.options());
  }

  private static Map<String, String> reasons(PlanInput input) {
    Planned plan = (Planned) Planner.plan(input);
    TablePlan table = PlanJson.readTable(PlanJson.write(plan.tables().getFirst()));
    assertThat(table).isEqualTo(plan.tables().getFirst());
    return table
        .textColumns()
        .<Map<String, String>>map(TextColumns::reasons)
        .orElse(new TreeMap<>());
  }

  private static String refused(PlanInput input) {
    Refused refused = (Refused) Planner.plan(input);
    return refused.code() + " " + refused.message();
  }

  @Test
  void columnsThatKeepATableFromItsBinaryFormAreNamedWithTheReason() throws SQLException {
    PlanInput input =
        input(
            "CREATE EXTENSION hstore; CREATE TYPE mood AS ENUM ('calm'); CREATE TABLE t (a int, c"
                + " regclass, q tsquery[], h hstore, m mood[], acl aclitem)",
            "");
    assertThat(reasons(input)).containsOnlyKeys("c", "q", "acl");
    assertThat(reasons(with(input, 13, 2))).containsOnlyKeys("c", "q", "acl", "m");
    Planned plan = (Planned) Planner.plan(input);
    assertThat(plan.tables().getFirst().format()).isEqualTo(CopyFormat.TEXT);
    assertThat(TableText.textColumns(plan.tables().getFirst()))
        .anyMatch(line -> line.startsWith("q tsquery[] has no binary form"));
    assertThat(plan.migration().risks()).anyMatch(risk -> risk.contains("public.t.c"));
    assertThat(reasons(input("CREATE TABLE t (a int, b text[])", ""))).isEmpty();
  }

  @Test
  void theTypeOfAColumnThatIsThereCountsToo() throws SQLException {
    assertThat(reasons(input("CREATE TABLE t (q text)", "CREATE TABLE t (q text, r int)")))
        .isEmpty();
    assertThat(
            reasons(
                input("CREATE TABLE t (q regclass, b int)", "CREATE TABLE t (b int, q regclass)")))
        .containsOnlyKeys("q");
  }

  @Test
  void valuesThatCanOnlyBeWrittenAreRefused() throws SQLException {
    assertThat(refused(input("CREATE TABLE t (a pg_node_tree)", "")))
        .contains("TYPE_NOT_CARRIED", "public.t.a", "pg_node_tree");
  }

  @Test
  void aTypeThatNobodyMakesIsRefusedUnlessTheTargetHasIt() throws SQLException {
    String type = "CREATE TYPE span AS RANGE (subtype = float8);";
    String table = type + "CREATE TABLE t (a span[])";
    assertThat(refused(input(table, ""))).contains("TYPE_MISSING", "public.span");
    assertThat(Planner.plan(input(table, type))).isInstanceOf(Planned.class);
  }

  @Test
  void rowsOfATableWithParentsAreRefusedAsValues() throws SQLException {
    assertThat(
            refused(
                input(
                    "CREATE TABLE parent (a int); CREATE TABLE heir (b int) INHERITS (parent);"
                        + " CREATE TABLE t (h heir[])",
                    "")))
        .contains("ROW_TYPE_OF_HEIR", "public.t.h");
  }

  @Test
  void aTableWithParentsIsPlannedAsItWillBeMade() throws SQLException {
    PlanInput input =
        input(
            "CREATE TABLE parent (a int); CREATE TABLE heir (b int) INHERITS (parent);"
                + " CREATE TABLE same (d int) INHERITS (parent); ALTER TABLE parent ADD c int;"
                + " CREATE TABLE late (e int) INHERITS (heir)",
            "");
    Planned plan = (Planned) Planner.plan(input);
    assertThat(plan.migration().exceptions())
        .extracting(each -> each.kind() + " " + each.object())
        .containsExactly(
            "order of columns public.heir",
            "order of columns public.late",
            "order of columns public.same");
    assertThat(
            plan.tables().stream()
                .filter(table -> table.source().name().equals("late"))
                .flatMap(table -> table.definition().columns().stream())
                .map(column -> column.position() + column.name()))
        .containsExactly("1a", "2c", "3b", "4e");
  }

  @Test
  void amountsOfMoneyThatWouldBeOthersAreRefused() throws SQLException {
    PlanInput input = input("CREATE TABLE t (a money[])", "");
    assertThat(Planner.plan(input)).isInstanceOf(Planned.class);
    assertThat(refused(with(input, 18, 0))).contains("MONEY_DIFFERS", "2 digits", "found 0");
  }

  @Test
  void whatAnOlderTargetDoesNotHaveIsRefused() throws SQLException {
    for (String sql :
        new String[] {
          "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) VIRTUAL)",
          "CREATE TABLE t (a int4range, b int4range, PRIMARY KEY (a, b WITHOUT OVERLAPS))",
          "CREATE TABLE t (a int, CHECK (a > 0) NOT ENFORCED)"
        }) {
      PlanInput input = input(sql, "");
      assertThat(Planner.plan(input)).isInstanceOf(Planned.class);
      assertThat(refused(with(input, 17, 2))).contains("TARGET_TOO_OLD", "public.t");
    }
    PlanInput distinct = input("CREATE TABLE t (a int UNIQUE NULLS NOT DISTINCT)", "");
    assertThat(Planner.plan(with(distinct, 15, 2))).isInstanceOf(Planned.class);
    assertThat(refused(with(distinct, 14, 2))).contains("TARGET_TOO_OLD");
    assertThat(Optional.of(Planner.plan(with(distinct, 18, 2)))).isPresent();
  }
}
