package dev.sensei.cli.fidelity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.sensei.cli.fidelity.InProcessMigration.Result;
import dev.sensei.platform.PostgresServer;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Any database, moved from any version to any other, is the same there: by the validator's digest,
 * by a comparison that has nothing to do with it, and by its structure.
 */
class AnyDatabaseProperties {
  private static final Map<Server, String> TEMPLATES = new EnumMap<>(Server.class);
  private static int mostChunks;

  @AfterContainer
  static void someTableWasDivided() {
    assertThat(mostChunks).isGreaterThan(1);
  }

  @Property(tries = 12, seed = "4711", shrinking = ShrinkingMode.OFF)
  void whatIsMovedIsTheSameInTheTarget(
      @ForAll("databases") AnyDatabase database,
      @ForAll Server from,
      @ForAll Server to,
      @ForAll boolean grouped)
      throws Exception {
    moves(database, from, to, grouped);
  }

  @Property(tries = 600, shrinking = ShrinkingMode.FULL)
  @Tag("long")
  void whatIsMovedIsTheSameInTheTargetAgainAndAgain(
      @ForAll("databases") AnyDatabase database,
      @ForAll Server from,
      @ForAll Server to,
      @ForAll boolean grouped)
      throws Exception {
    moves(database, from, to, grouped);
  }

  private static void moves(AnyDatabase database, Server from, Server to, boolean grouped)
      throws Exception {
    assumeThat(from.available() && to.available()).isTrue();
    PostgresServer.Endpoint source = from.newDatabase(Optional.of(template(from)));
    PostgresServer.Endpoint target = to.newDatabase(Optional.empty());
    try {
      String made = String.join(";\n", database.statements(from, to));
      try {
        Server.run(source, made);
      } catch (SQLException wrong) {
        throw new IllegalStateException("the test's own statements are wrong: " + made, wrong);
      }
      from.confuse(source);
      to.confuse(target);
      InProcessMigration migration = new InProcessMigration(source, target, 3, grouped);
      Result result = migration.run();
      mostChunks = Math.max(mostChunks, migration.mostChunks());

      assertThat(result).as(made).isEqualTo(new Result.Moved(List.of(), List.of()));
      assertThat(Contents.of(target)).as(made).isEqualTo(Contents.of(source));
    } finally {
      from.drop(source);
      to.drop(target);
    }
  }

  @Provide
  static Arbitrary<AnyDatabase> databases() {
    return AnyDatabase.any(4, 8, 9);
  }

  private static synchronized String template(Server server) throws SQLException {
    String known = TEMPLATES.get(server);
    if (known != null) {
      return known;
    }
    PostgresServer.Endpoint made = server.newDatabase(Optional.empty());
    Server.run(made, ColumnType.PRELUDE);
    TEMPLATES.put(server, made.database());
    return made.database();
  }
}
