package dev.sensei.cli.fidelity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.sensei.agents.plan.TablePlan;
import dev.sensei.cli.fidelity.InProcessMigration.Result;
import dev.sensei.databases.SqlIdentifier;
import dev.sensei.databases.copy.CopyFormat;
import dev.sensei.platform.PostgresServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A table for every type, with every value. */
class EveryTypeTest {
  static Stream<Arguments> pairs() {
    return Stream.of(Server.values())
        .flatMap(from -> Stream.of(Server.values()).map(to -> Arguments.of(from, to)));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void valuesOfEveryTypeArriveAsTheyWere(Server from, Server to) throws Exception {
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
    InProcessMigration migration = new InProcessMigration(source, target, 1_000, true);

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
}
