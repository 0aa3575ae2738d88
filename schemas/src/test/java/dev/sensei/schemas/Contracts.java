package dev.sensei.schemas;

import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Protocol;
import org.apache.avro.Schema;

/** Every contract of the project, for tests that hold all of them to a rule. */
final class Contracts {
  private Contracts() {}

  static List<Protocol> protocols() {
    return List.of(
        dev.sensei.schemas.common.Common.PROTOCOL,
        dev.sensei.schemas.command.Commands.PROTOCOL,
        dev.sensei.schemas.task.Tasks.PROTOCOL,
        dev.sensei.schemas.report.Reports.PROTOCOL,
        dev.sensei.schemas.event.Journal.PROTOCOL,
        dev.sensei.schemas.progress.Progress.PROTOCOL);
  }

  static Stream<Schema> types() {
    return protocols().stream().flatMap(protocol -> protocol.getTypes().stream()).distinct();
  }

  /** Records that travel on a topic of their own accord. */
  static Stream<Schema> messages() {
    return types()
        .filter(type -> type.getType() == Schema.Type.RECORD)
        .filter(type -> !type.getNamespace().endsWith(".common"));
  }
}
