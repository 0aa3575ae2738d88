package dev.sensei.agents.architect.mapping;

import dev.sensei.agents.plan.MigrationPlan.NotCarried;
import java.util.ArrayList;
import java.util.List;

/** What declared mappings leave behind, and what may go wrong with them. */
final class Losses {
  private final List<NotCarried> exceptions = new ArrayList<>();
  private final List<String> risks = new ArrayList<>();

  void lost(String kind, String object, String reason) {
    exceptions.add(new NotCarried(kind, object, reason));
  }

  void risk(String line) {
    risks.add(line);
  }

  List<NotCarried> exceptions() {
    return List.copyOf(exceptions);
  }

  List<String> risks() {
    return List.copyOf(risks);
  }
}
