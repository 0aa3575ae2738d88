package dev.sensei.orchestrator.fold;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;

class FoldArchitectureTest {
  private static final JavaClasses FOLD =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.sensei.orchestrator.fold");

  @Test
  void theFoldKnowsNoKafkaNoDatabaseNoLoggerAndNoAvro() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.kafka..",
            "org.apache.avro..",
            "dev.sensei.schemas..",
            "dev.sensei.orchestrator.codec..",
            "java.sql..",
            "javax.sql..",
            "org.postgresql..",
            "org.slf4j..",
            "java.util.logging..",
            "java.io..",
            "java.net..",
            "java.util.concurrent..")
        .check(FOLD);
  }

  @Test
  void theFoldReadsNoClock() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .areAssignableTo(Clock.class)
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(LocalDateTime.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .check(FOLD);
  }
}
