package dev.sensei.agents.scout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sensei.agents.TaskFailure;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.databases.catalog.CatalogJson;
import dev.sensei.platform.PostgresServer;
import dev.sensei.platform.PostgresSettings;
import dev.sensei.schemas.common.Failure;
import dev.sensei.schemas.common.FailureClass;
import dev.sensei.schemas.common.Options;
import dev.sensei.schemas.report.AnalysisCompleted;
import dev.sensei.schemas.report.CatalogDescribed;
import dev.sensei.schemas.report.TableDescribed;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DatabaseAnalysisTest {
  private PostgresServer server;
  private PostgresServer.Endpoint source;
  private PostgresServer.Endpoint target;
  private PostgresServer.Endpoint reader;
  private PostgresServer.Endpoint writer;

  @BeforeAll
  void start(@TempDir Path directory) throws SQLException {
    server = PostgresServer.start(PostgresSettings.in(directory).with("fsync", "off"));
    source = server.createDatabase("source");
    target = server.createDatabase("target");
    server.createRole("reader", "r-secret");
    server.createRole("writer", "w-secret");
    reader = source.withUser("reader", "r-secret");
    writer = target.withUser("writer", "w-secret");
    Tasks.run(
        source,
        """
        CREATE TABLE artist (id int PRIMARY KEY, name text);
        CREATE TABLE album (id serial PRIMARY KEY, artist int REFERENCES artist);
        CREATE TABLE "Secret Plans" (id int);
        CREATE TABLE walled (id int);
        ALTER TABLE walled ENABLE ROW LEVEL SECURITY;
        INSERT INTO artist SELECT n, 'canary' || n FROM generate_series(1, 100) n;
        ANALYZE;
        """);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void everyTableAndBothCatalogsAreDescribed() throws Exception {
    RecordedContext context = analyze(source, target, Tasks.OPTIONS);
    assertThat(context.of(TableDescribed.class).stream().map(TableDescribed::getTable))
        .containsExactly(
            "public.\"Secret Plans\"", "public.album", "public.artist", "public.walled");
    assertThat(context.of(CatalogDescribed.class).stream().map(CatalogDescribed::getSide))
        .containsExactly("source", "target");
    AnalysisCompleted completed = context.of(AnalysisCompleted.class).getFirst();
    assertThat(completed.getTables()).isEqualTo(4);
    assertThat(completed.getRowEstimate()).isEqualTo(100);
    Catalog rebuilt =
        CatalogJson.readCatalog(context.of(CatalogDescribed.class).getFirst().getDefinition())
            .withTables(
                context.of(TableDescribed.class).stream()
                    .map(table -> CatalogJson.readTable(table.getDefinition()))
                    .toList());
    assertThat(CatalogJson.digest(rebuilt)).isEqualTo(completed.getCatalogDigest());
    assertThat(context.reports.toString()).doesNotContain("canary");
  }

  @Test
  void anExcludedTableIsNotDescribedAndMayBeUnreadable() throws Exception {
    Tasks.run(
        source, "GRANT SELECT ON artist, album TO reader; GRANT SELECT ON album_id_seq TO reader");
    RecordedContext context =
        analyze(reader, target, Tasks.options(List.of("*Secret*", "public.walled")));
    assertThat(context.of(TableDescribed.class)).hasSize(2);
    Tasks.run(source, "REVOKE ALL ON artist, album, album_id_seq FROM reader");
  }

  @Test
  void anUnreadableTableIsNamedWithTheGrantToGive() throws Exception {
    Tasks.run(source, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader");
    Tasks.run(source, "REVOKE SELECT ON \"Secret Plans\" FROM reader");
    Failure failure = failure(reader, target);
    assertThat(failure.getFailureClass()).isEqualTo(FailureClass.PERMISSION);
    assertThat(failure.getObject()).isEqualTo("public.\"Secret Plans\"");
    assertThat(failure.getMessage()).contains("GRANT SELECT ON public.\"Secret Plans\" TO reader");
    Tasks.run(source, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader");
    assertThat(failure(reader, target).getMessage())
        .contains("GRANT SELECT ON SEQUENCE public.album_id_seq TO reader");
    Tasks.run(source, "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO reader");
    assertThat(failure(reader, target).getCode()).isEqualTo("ROW_SECURITY");
    Tasks.run(
        source,
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM reader;"
            + " REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM reader");
  }

  @Test
  void noRightToCreateInTheTargetIsRefusedBeforeAnythingIsPlanned() throws Exception {
    Failure database = failure(source, writer);
    assertThat(database.getFailureClass()).isEqualTo(FailureClass.PERMISSION);
    assertThat(database.getMessage()).contains("GRANT CREATE ON DATABASE target TO writer");
    Tasks.run(target, "GRANT CREATE ON DATABASE target TO writer");
    assertThat(failure(source, writer).getMessage())
        .contains("GRANT CREATE, USAGE ON SCHEMA public TO writer");
    Tasks.run(target, "GRANT CREATE ON SCHEMA public TO writer");
    assertThat(analyze(source, writer, Tasks.OPTIONS).of(AnalysisCompleted.class)).hasSize(1);
    Tasks.run(
        target,
        "REVOKE CREATE ON SCHEMA public FROM writer;"
            + " REVOKE CREATE ON DATABASE target FROM writer");
  }

  @Test
  void aTargetTableThatMayNotBeFilledIsNamed() throws Exception {
    PostgresServer.Endpoint filled = server.createDatabase("filled");
    Tasks.run(
        filled,
        "CREATE TABLE artist (id int PRIMARY KEY, name text);"
            + " GRANT CREATE ON DATABASE filled TO writer; GRANT ALL ON SCHEMA public TO writer");
    assertThat(failure(source, filled.withUser("writer", "w-secret")).getMessage())
        .contains("GRANT SELECT, INSERT ON public.artist TO writer");
  }

  @Test
  void theSameDatabaseUnderTwoAddressesIsRefused() {
    PostgresServer.Endpoint other =
        new PostgresServer.Endpoint(
            "localhost", source.port(), source.database(), source.user(), source.password());
    assertThat(failure(source, other).getCode()).isEqualTo("SAME_DATABASE");
  }

  @Test
  void whatCannotBeReachedIsNamedWithoutAPassword() {
    Failure password = failure(source.withUser("reader", "wrong-secret"), target);
    assertThat(password.getCode()).isEqualTo("28P01");
    assertThat(password.getMessage()).contains("SOURCE_PGPASSWORD").doesNotContain("wrong-secret");
    assertThat(failure(source.withDatabase("nowhere"), target).getCode()).isEqualTo("3D000");
    assertThat(failure(source, target.withDatabase("nowhere")).getMessage()).contains("the target");
    PostgresServer.Endpoint closed = new PostgresServer.Endpoint("127.0.0.1", 1, "d", "u", "p");
    Failure unreachable = failure(closed, target);
    assertThat(unreachable.getCode()).isEqualTo("UNREACHABLE");
    assertThat(unreachable.getFailureClass()).isEqualTo(FailureClass.CONFIGURATION);
    assertThat(unreachable.getMessage()).contains("127.0.0.1:1");
  }

  private static Failure failure(PostgresServer.Endpoint from, PostgresServer.Endpoint to) {
    return catchThrowableOfType(TaskFailure.class, () -> analyze(from, to, Tasks.OPTIONS))
        .failure();
  }

  private static RecordedContext analyze(
      PostgresServer.Endpoint from, PostgresServer.Endpoint to, Options options) throws Exception {
    RecordedContext context = new RecordedContext(new HeldStates());
    try {
      new DatabaseAnalysis(Tasks.access(from, to))
          .run(Tasks.analyze(from.uri(), to.uri(), options), context);
    } finally {
      if (context.of(AnalysisCompleted.class).isEmpty()) {
        assertThat(context.reports).isEmpty();
      }
    }
    return context;
  }
}
