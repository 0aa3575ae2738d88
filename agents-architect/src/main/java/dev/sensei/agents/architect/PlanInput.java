package dev.sensei.agents.architect;

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
 */
record PlanInput(
    String sourceUri,
    String targetUri,
    String catalogDigest,
    Catalog source,
    Catalog target,
    TargetServer server,
    Options options) {}
