package dev.sensei.cli.system;

import dev.sensei.cli.CommandException;
import dev.sensei.cli.ExitCode;
import dev.sensei.cli.run.AuditTrail;
import dev.sensei.orchestrator.audit.Comparison;
import dev.sensei.orchestrator.audit.JournalAudit;
import dev.sensei.orchestrator.audit.Verification;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.errors.RetriableException;

/** The journal as auditors read it. */
final class SystemAudit implements AuditTrail {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final KafkaAddress kafka;

  SystemAudit(KafkaAddress kafka) {
    this.kafka = kafka;
  }

  @Override
  public long log(String migrationId, Consumer<Entry> consumer) {
    long[] records = new long[1];
    return ask(
        audit -> {
          audit.read(
              migrationId,
              found -> {
                records[0]++;
                consumer.accept(
                    new Entry(
                        found.sequence(),
                        found.time(),
                        found.event().getSchema().getName(),
                        found.hash(),
                        found.event().toString()));
              });
          return records[0];
        });
  }

  @Override
  public Optional<Replay> replay(String migrationId) {
    return ask(
        audit -> {
          Comparison comparison = audit.compareWithLive(migrationId);
          return comparison.sequence() == 0
              ? Optional.empty()
              : Optional.of(
                  new Replay(
                      comparison.sequence(),
                      comparison.states(),
                      digest(audit.stateAt(migrationId, comparison.sequence()).canonical()),
                      comparison.differences()));
        });
  }

  @Override
  public Optional<String> stateAt(String migrationId, long sequence) {
    return ask(
        audit -> {
          dev.sensei.orchestrator.audit.Replay replay = audit.stateAt(migrationId, sequence);
          return replay.sequence() < sequence || sequence == 0
              ? Optional.empty()
              : Optional.of(replay.describe());
        });
  }

  @Override
  public Optional<Chain> verify(String migrationId) {
    return ask(
        audit ->
            switch (audit.verify(migrationId)) {
              case Verification.Nothing nothing -> Optional.empty();
              case Verification.Intact intact ->
                  Optional.of(new Chain(intact.records(), intact.head(), Optional.empty()));
              case Verification.Broken broken ->
                  Optional.of(new Chain(broken.sequence() - 1, "", Optional.of(broken.toString())));
            });
  }

  private <T> T ask(Function<JournalAudit, T> question) {
    try (JournalAudit audit =
        JournalAudit.on(kafka.bootstrapServers(), kafka.registryUrl(), PATIENCE)) {
      return question.apply(audit);
    } catch (RetriableException away) {
      throw new CommandException(
          ExitCode.INTERNAL_ERROR,
          "Kafka at %s, or the schema registry at %s, did not answer within %d s; nothing was changed, so give the command again"
              .formatted(kafka.bootstrapServers(), kafka.registryUrl(), PATIENCE.toSeconds()),
          away);
    }
  }

  private static String digest(SortedMap<String, byte[]> states) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      states.forEach(
          (key, state) -> {
            digest.update(key.getBytes(StandardCharsets.UTF_8));
            digest.update(state);
          });
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}
