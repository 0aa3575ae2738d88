package dev.sensei.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sensei.schemas.Topics.Agent;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class AgentSettingsTest {
  @Test
  void withoutAnythingSetALocalPlatformIsExpected() {
    AgentSettings settings = AgentSettings.fromEnvironment(Agent.WORKER, Map.of());

    assertThat(settings.kafka()).isEqualTo("127.0.0.1:9092");
    assertThat(settings.registry()).isEqualTo("http://127.0.0.1:8081/apis/ccompat/v7");
    assertThat(settings.slots()).isEqualTo(4);
    assertThat(settings.lease()).isEmpty();
    assertThat(settings.heartbeatInterval()).isEqualTo(Duration.ofSeconds(3));
    assertThat(settings.healthPort()).isEmpty();
    assertThat(settings.name()).startsWith("worker@").contains("/");
  }

  @Test
  void theEnvironmentSetsEveryBound() {
    AgentSettings settings =
        AgentSettings.fromEnvironment(
            Agent.SCOUT,
            Map.of(
                "SENSEI_KAFKA", "broker:9092",
                "SENSEI_SLOTS", "7",
                "SENSEI_LEASE_MILLIS", "20000",
                "SENSEI_JOURNAL_WAIT_MILLIS", "5000",
                "SENSEI_HEALTH_HOST", "0.0.0.0",
                "SENSEI_HEALTH_PORT", "8088"));

    assertThat(settings.kafka()).isEqualTo("broker:9092");
    assertThat(settings.slots()).isEqualTo(7);
    assertThat(settings.lease()).contains(Duration.ofSeconds(20));
    assertThat(settings.journalWait()).isEqualTo(Duration.ofSeconds(5));
    assertThat(settings.healthHost()).isEqualTo("0.0.0.0");
    assertThat(settings.healthPort()).isEqualTo(OptionalInt.of(8088));
  }

  @Test
  void whatCannotBeReadIsNamed() {
    assertThatThrownBy(
            () -> AgentSettings.fromEnvironment(Agent.WORKER, Map.of("SENSEI_SLOTS", "many")))
        .hasMessage("expected a whole number in SENSEI_SLOTS, found 'many'");
    assertThatThrownBy(
            () -> AgentSettings.fromEnvironment(Agent.WORKER, Map.of("SENSEI_SLOTS", "0")))
        .hasMessage("expected SENSEI_SLOTS from 1 to 200, found 0");
  }
}
