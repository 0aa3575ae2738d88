package dev.sensei.orchestrator.fold;

/** Analysing and planning: what is described and planned goes to the journal, not to the header. */
final class Analysis {
  private static final String ITSELF = "orchestrator";

  private Analysis() {}

  static void start(Draft draft, String reason, String requestedBy) {
    draft.emit(
        new Event.AnalysisStarted(
            draft.id(), draft.migration().analysis() + 1, reason, requestedBy));
    draft.issueOnce(TaskKind.ANALYZE_DATABASES);
  }

  static void plan(Draft draft, String reason, Options options, String requestedBy) {
    draft.emit(
        new Event.PlanningStarted(
            draft.id(), draft.migration().plan() + 1, reason, options, requestedBy));
    draft.issueOnce(TaskKind.PLAN_MIGRATION);
  }

  static void described(Draft draft, Report.TableDescribed r) {
    draft.emit(
        new Event.TableDescribed(
            draft.id(),
            r.attempt(),
            r.analysis(),
            r.table(),
            r.rowEstimate(),
            r.byteEstimate(),
            r.columns(),
            r.definition()));
  }

  static void described(Draft draft, Report.CatalogDescribed r) {
    draft.emit(
        new Event.CatalogDescribed(
            draft.id(), r.attempt(), r.analysis(), r.side(), r.definition()));
  }

  static void completed(Draft draft, Report.AnalysisCompleted r) {
    draft.emit(
        new Event.AnalysisCompleted(
            draft.id(),
            r.attempt(),
            r.analysis(),
            r.tables(),
            r.rowEstimate(),
            r.byteEstimate(),
            r.catalogDigest()));
    plan(draft, "analysed", draft.migration().options(), ITSELF);
  }

  static void planned(Draft draft, Report.TablePlanned r) {
    if (r.tableIndex() < 0
        || r.dependsOn().stream().anyMatch(on -> on < 0 || on >= r.tableIndex())) {
      draft.fail(
          LifecycleState.PLANNING,
          new Failure(
              FailureClass.INTERNAL,
              "PLAN_OUT_OF_ORDER",
              "expected table %d to depend on tables before it, found %s; retry plans again"
                  .formatted(r.tableIndex(), r.dependsOn()),
              r.table()));
      return;
    }
    draft.emit(
        new Event.TablePlanned(
            draft.id(),
            r.attempt(),
            r.plan(),
            r.table(),
            r.tableIndex(),
            r.targetTable(),
            r.phase(),
            r.dependsOn(),
            r.rowEstimate(),
            r.byteEstimate(),
            r.foreignKeys(),
            r.small(),
            r.confidence(),
            r.definition()));
  }

  static void completed(Draft draft, Report.PlanCompleted r) {
    int planned = draft.migration().tablesPlanned();
    if (planned != r.tables()) {
      draft.fail(
          LifecycleState.PLANNING,
          new Failure(
              FailureClass.INTERNAL,
              "PLAN_INCOMPLETE",
              "expected plans for %d tables, found %d; retry plans again"
                  .formatted(r.tables(), planned),
              ""));
      return;
    }
    draft.emit(
        new Event.PlanCompleted(
            draft.id(),
            r.attempt(),
            r.plan(),
            r.planDigest(),
            r.tables(),
            r.phases(),
            r.rowEstimate(),
            r.byteEstimate(),
            r.estimatedSeconds(),
            r.confidence(),
            r.flaggedMappings(),
            r.exceptions(),
            r.risks(),
            r.definition()));
  }
}
