package dev.sensei.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may know whom; ARCHITECTURE.md says why. */
class LayeringTest {
  private static final List<String> AGENTS = List.of("scout", "architect", "worker", "validator");
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.sensei");

  @ParameterizedTest
  @ValueSource(strings = {"scout", "architect", "worker", "validator"})
  void anAgentKnowsNoOtherAgentAndNoOrchestrator(String agent) {
    List<String> others = new ArrayList<>();
    AGENTS.stream()
        .filter(other -> !other.equals(agent))
        .forEach(other -> others.add("dev.sensei.agents." + other + ".."));
    others.addAll(
        List.of("dev.sensei.orchestrator..", "dev.sensei.platform..", "dev.sensei.cli.."));
    noClasses()
        .that()
        .resideInAPackage("dev.sensei.agents." + agent + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others.toArray(String[]::new))
        .check(CLASSES);
  }

  @Test
  void nobodyButTheContractsNamesASerializer() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.sensei.schemas..", "io.confluent..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.confluent..")
        .check(CLASSES);
  }

  @Test
  void theOrchestratorKnowsNeitherAgentsNorDatabasesUnderMigration() {
    noClasses()
        .that()
        .resideInAPackage("dev.sensei.orchestrator..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.sensei.agents..",
            "dev.sensei.databases..",
            "dev.sensei.platform..",
            "dev.sensei.cli..")
        .check(CLASSES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"schemas", "databases", "certificate", "platform"})
  void aFoundationStandsAlone(String module) {
    List<String> others = new ArrayList<>();
    for (String other :
        List.of(
            "schemas", "databases", "certificate", "platform", "agents", "orchestrator", "cli")) {
      if (!other.equals(module)) {
        others.add("dev.sensei." + other + "..");
      }
    }
    noClasses()
        .that()
        .resideInAPackage("dev.sensei." + module + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others.toArray(String[]::new))
        .check(CLASSES);
  }
}
