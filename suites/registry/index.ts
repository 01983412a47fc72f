import fc from "fast-check";
import { races } from "../../generators/registry/races.js";
import { sequence } from "../../generators/registry/sequences.js";
import type { RegistryCase } from "../../runners/registry/case.js";
import { REGISTRY_CASE, REGISTRY_FACTS, REGISTRY_OBSERVATION } from "../../runners/registry/formats.js";
import type { RegistryObservation } from "../../runners/registry/observation.js";
import { whyNotOf } from "../../runners/registry/references.js";
import type { RegistryFacts } from "../../runners/registry/target.js";
import { whyNotInForce } from "../../spec/distribution/releases.js";
import type { Suite } from "../suite.js";
import addresses from "./addresses.js";
import collection from "./collection.js";
import { combinations } from "./combinations.js";
import concurrency from "./concurrency.js";
import listedTwice from "./discovery/listed-twice.js";
import referrerParts from "./discovery/referrer-parts.js";
import referrers from "./discovery/referrers.js";
import tagPages from "./discovery/tag-pages.js";
import tags from "./discovery/tags.js";
import errors from "./errors.js";
import general from "./general.js";
import httpConditions from "./http/conditions.js";
import httpMessages from "./http/messages.js";
import ranges from "./http/ranges.js";
import httpRequests from "./http/requests.js";
import warnings from "./http/warnings.js";
import { judge } from "./judge.js";
import deletes from "./management/deletes.js";
import names from "./names.js";
import oddInput from "./odd-input.js";
import blobs from "./pull/blobs.js";
import manifests from "./pull/manifests.js";
import chunks from "./push/chunks.js";
import digests from "./push/digests.js";
import manifestReferences from "./push/manifest-references.js";
import pushingManifests from "./push/manifests.js";
import mount from "./push/mount.js";
import singlePost from "./push/single-post.js";
import tagParameters from "./push/tag-parameters.js";
import uploads from "./push/uploads.js";
import robustness from "./robustness.js";
import type { Section } from "./suite.js";

/** The sections of the registry suite, in the order of the spec. */
export const sections: readonly Section[] = [
  general,
  names,
  manifests,
  blobs,
  uploads,
  digests,
  singlePost,
  chunks,
  mount,
  pushingManifests,
  manifestReferences,
  tagParameters,
  tags,
  tagPages,
  referrers,
  referrerParts,
  listedTwice,
  deletes,
  errors,
  httpMessages,
  httpRequests,
  httpConditions,
  warnings,
  ranges,
  robustness,
  oddInput,
  concurrency,
  collection,
  addresses,
];

export const checks = sections.flatMap((section) => section.checks);
export const examples = sections.flatMap((section) => section.examples);

/** Registries, asked by HTTP: what of the distribution spec binds them. */
export const registrySuite: Suite<RegistryCase, RegistryObservation, RegistryFacts> = {
  spec: "distribution",
  formats: { case: REGISTRY_CASE, observation: REGISTRY_OBSERVATION, facts: REGISTRY_FACTS },
  checks,
  examples,
  numbersFirst: true,
  combinations,
  general: (facts, { fuzz }) =>
    fuzz ? fc.oneof({ weight: 5, arbitrary: sequence(facts) }, { weight: 1, arbitrary: races(facts) }) : sequence(facts),
  judge: (testCase, observation, facts) => judge(checks, testCase, observation, facts),
  release: ({ release }) => release,
  notApplicable(requirement, { release, apis }) {
    const { api } = requirement;
    const why = whyNotInForce(requirement, release, "the registry");
    return why ?? (api !== undefined && api !== "all" && !apis.includes(api) ? `the ${api} API is not tested (--apis)` : undefined);
  },
  notOf: whyNotOf,
  // What several clients do at the same time is a matter of luck.
  isNondeterministic: ({ clients }) => clients !== undefined,
};
