package dev.sensei.cli.fidelity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.sensei.agents.plan.TablePlan;
import dev.sensei.agents.testing.Migration;
import dev.sensei.cli.fidelity.InProcessMigration.Result;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.copy.CopyFormat;
import dev.sensei.platform.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A table for every type, with every value. */
class EveryTypeTest {
  static Stream<Arguments> pairs() {
    return Stream.of(Server.values())
        .flatMap(from -> Stream.of(Server.values()).map(to -> Arguments.of(from, to)));
  }

  @ParameterizedTest
  @EnumSource
  void valuesOfEveryTypeArriveAsTheyWere(Server from) throws Exception {
    arriveAsTheyWere(from, Server.EIGHTEEN);
  }

  @ParameterizedTest
  @EnumSource
  @Tag("long")
  void valuesOfEveryTypeArriveAtAnOlderServer(Server from) throws Exception {
    arriveAsTheyWere(from, Server.FIFTEEN);
  }

  private static void arriveAsTheyWere(Server from, Server to) throws Exception {
    assumeThat(from.available() && to.available()).isTrue();
    PostgresServer.Endpoint source = from.newDatabase(Optional.empty());
    PostgresServer.Endpoint target = to.newDatabase(Optional.empty());
    Server.run(source, ColumnType.PRELUDE);
    List<ColumnType> types =
        ColumnType.ALL.stream().filter(type -> type.has(from) && type.has(to)).toList();
    List<String> statements = new ArrayList<>();
    for (int at = 0; at < types.size(); at++) {
      ColumnType type = types.get(at);
      String table = SqlIdentifier.quote(at + " " + type.name());
      statements.add("CREATE TABLE %s (v %s)".formatted(table, type.name()));
      statements.add("INSERT INTO %s VALUES (NULL)".formatted(table));
      for (int value = 0; value < type.values().size(); value++) {
        statements.add("INSERT INTO %s VALUES (%s)".formatted(table, type.value(value)));
      }
    }
    Server.run(source, String.join("; ", statements));
    from.confuse(source);
    to.confuse(target);
    InProcessMigration migration =
        new InProcessMigration(source, target, 1_000, to == Server.EIGHTEEN);

    Result result = migration.run();

    assertThat(result).isEqualTo(new Result.Moved(List.of(), List.of()));
    assertThat(Contents.of(target)).isEqualTo(Contents.of(source));
    List<String> asText =
        migration.plans().stream()
            .filter(plan -> plan.format() == CopyFormat.TEXT)
            .map(TablePlan::definition)
            .flatMap(table -> table.columns().stream())
            .map(column -> column.type())
            .toList();
    assertThat(asText)
        .contains("aclitem", "regclass[]", "public.seg")
        .doesNotContain("xml", "jsonb[]");
  }

  @Test
  void thePageSaysInWhichFormEachTypeTravels() throws Exception {
    Map<String, String> page = formsOnThePage();
    PostgresServer.Endpoint source = Server.EIGHTEEN.newDatabase(Optional.empty());
    Server.run(source, ColumnType.PRELUDE);
    Map<String, String> types = new TreeMap<>();
    for (ColumnType type : ColumnType.SCALARS) {
      String plain = type.name().replaceAll("\\([^)]*\\)| year to month", "");
      if (!plain.contains(".") && !types.containsValue(plain)) {
        String table = "t" + types.size();
        types.put(table, plain);
        Server.run(source, "CREATE TABLE %s (v %s)".formatted(table, plain));
      }
    }
    InProcessMigration migration =
        new InProcessMigration(source, Server.EIGHTEEN.newDatabase(Optional.empty()), 1_000, true);
    migration.makePlan();
    Map<String, String> planned = new TreeMap<>();
    for (TablePlan plan : migration.plans()) {
      Optional.ofNullable(types.get(plan.source().name()))
          .ifPresent(type -> planned.put(type, plan.format().name().toLowerCase(Locale.ROOT)));
    }
    assertThat(planned).isEqualTo(page);
  }

  /** Types that no column can have, or that have no values of their own. */
  private static final Set<String> NOT_FOR_COLUMNS =
      Set.of(
          "pg_node_tree",
          "pg_ndistinct",
          "pg_dependencies",
          "pg_mcv_list",
          "gtsvector",
          "pg_brin_bloom_summary",
          "pg_brin_minmax_multi_summary");

  @Test
  void everyTypeOfTheServerIsTried() throws Exception {
    PostgresServer.Endpoint server = Server.EIGHTEEN.newDatabase(Optional.empty());
    Server.run(server, ColumnType.PRELUDE);
    List<String> tried =
        ColumnType.SCALARS.stream()
            .map(type -> "('%s')".formatted(type.name().replace("'", "''")))
            .toList();
    String missing =
        Migration.ask(
            server,
            """
            SELECT coalesce(string_agg(typname, ' ' ORDER BY typname), '') FROM pg_catalog.pg_type t
            WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'r', 'm')
              AND typelem = 0 AND typname NOT IN ('%s')
              AND NOT EXISTS (SELECT FROM (VALUES %s) AS tried (name)
                WHERE to_regtype(regexp_replace(name, '^interval year to month$', 'interval')) = t.oid)\
            """
                .formatted(String.join("', '", NOT_FOR_COLUMNS), String.join(", ", tried)));
    assertThat(missing).isEmpty();
  }

  private static Map<String, String> formsOnThePage() throws IOException {
    Pattern row = Pattern.compile("\\| (`.*`) \\| (binary|text) \\|.*");
    Map<String, String> forms = new TreeMap<>();
    for (String line : Files.readAllLines(Path.of("../docs/types.md"))) {
      Matcher found = row.matcher(line);
      if (found.matches()) {
        for (String type : found.group(1).split(", ", -1)) {
          forms.put(type.replace("`", ""), found.group(2));
        }
      }
    }
    return forms;
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void aByteThatIsNoCharacterIsTheSameInEveryVersion(Server from, Server to) throws Exception {
    assumeThat(from.available() && to.available()).isTrue();
    PostgresServer.Endpoint source = from.newDatabase(Optional.empty());
    PostgresServer.Endpoint target = to.newDatabase(Optional.empty());
    Server.run(
        source,
        "CREATE TABLE t (c \"char\", many \"char\"[]); INSERT INTO t SELECT n::\"char\","
            + " ARRAY[n::\"char\", NULL] FROM generate_series(-128, 127) n");

    assertThat(new InProcessMigration(source, target, 1_000, true).run())
        .isEqualTo(new Result.Moved(List.of(), List.of()));
    for (PostgresServer.Endpoint database : List.of(source, target)) {
      assertThat(
              Migration.ask(
                  database, "SELECT count(DISTINCT c::int) || ' ' || sum(many[1]::int) FROM t"))
          .isEqualTo("256 -128");
    }
  }
}
