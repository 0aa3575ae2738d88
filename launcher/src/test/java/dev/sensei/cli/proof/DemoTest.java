package dev.sensei.cli.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sensei.cli.proof.SenseiProcess.Surroundings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DemoTest {
  private static final Duration LIMIT = Duration.ofMinutes(4);

  @TempDir Path directory;

  @Tag("long")
  @Test
  void aDemoThatWasKilledGoesOnAndTheNextOneBeginsAnew() throws Exception {
    Path data = directory.resolve("data");
    String[] demo = {"demo", "--yes", "--rows", "20000", "--data-dir", data.toString()};
    Surroundings surroundings = new Surroundings(directory, Map.of());

    SenseiProcess killed =
        surroundings
            .with("SENSEI_FAILPOINTS", "mid-chunk=halt@3")
            .run(SenseiProcess.KILLED, LIMIT, demo);
    String id = KilledMigration.madeBy(killed);
    SenseiProcess.awaitNobodyOn(data);

    SenseiProcess second = surroundings.run(0, LIMIT, demo);
    assertThat(KilledMigration.resumedBy(second)).isEqualTo(id);
    Path certificate = data.resolve("demo/demo.certificate.jws");
    String first = Files.readString(certificate);

    SenseiProcess third = surroundings.run(0, LIMIT, demo);
    assertThat(KilledMigration.madeBy(third)).isNotEqualTo(id);
    assertThat(third.output()).contains("The demo before this one ended");
    assertThat(Files.readString(certificate)).isNotEqualTo(first);
    surroundings.run(0, LIMIT, "verify", certificate.toString(), "--data-dir", data.toString());
    SenseiProcess.awaitNobodyOn(data);
  }
}
