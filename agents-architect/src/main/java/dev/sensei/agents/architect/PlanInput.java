package dev.sensei.agents.architect;

import dev.sensei.agents.architect.mapping.MappedSource;
import dev.sensei.databases.catalog.Catalog;
import dev.sensei.schemas.common.Options;

/**
 * All that a plan is made from; equal inputs give equal plans, byte for byte.
 *
 * @param sourceUri the source, without a password
 * @param targetUri the target, without a password
 * @param catalogDigest the digest of the source's catalog, as the analysis reported it
 * @param source what is in scope in the source
 * @param target the whole target
 * @param server what the target's server offers
 * @param options what the person set
 * @param mapped the source with what the person declared of its tables
 */
record PlanInput(
    String sourceUri,
    String targetUri,
    String catalogDigest,
    Catalog source,
    Catalog target,
    TargetServer server,
    Options options,
    MappedSource mapped) {
  /** A source of whose tables nothing is declared. */
  PlanInput(
      String sourceUri,
      String targetUri,
      String catalogDigest,
      Catalog source,
      Catalog target,
      TargetServer server,
      Options options) {
    this(
        sourceUri,
        targetUri,
        catalogDigest,
        source,
        target,
        server,
        options,
        MappedSource.unchanged(source));
  }

  /** The same source with what is declared of its tables. */
  PlanInput with(MappedSource declared) {
    return new PlanInput(
        sourceUri, targetUri, catalogDigest, source, target, server, options, declared);
  }

  /** What the target has to have, by the names that it has there. */
  Catalog wanted() {
    return mapped.catalog();
  }
}
