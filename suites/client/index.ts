import { general } from "../../generators/client/general.js";
import type { ClientCase } from "../../runners/client/case.js";
import type { ClientFacts } from "../../runners/client/facts.js";
import { CLIENT_CASE, CLIENT_FACTS, CLIENT_OBSERVATION } from "../../runners/client/formats.js";
import type { ClientObservation } from "../../runners/client/observation.js";
import { whyNotOf } from "../../runners/client/references.js";
import { whyNotInForce } from "../../spec/distribution/releases.js";
import type { Suite } from "../suite.js";
import { combinations } from "./combinations.js";
import compatibility from "./compatibility.js";
import legacy from "./http/legacy.js";
import proxying from "./http/proxying.js";
import redirects from "./http/redirects.js";
import warnings from "./http/warnings.js";
import { judge } from "./judge.js";
import blobs from "./pull/blobs.js";
import manifests from "./pull/manifests.js";
import cancel from "./push/cancel.js";
import chunks from "./push/chunks.js";
import locations from "./push/locations.js";
import pushingManifests from "./push/manifests.js";
import mount from "./push/mount.js";
import singlePost from "./push/single-post.js";
import deleting from "./referrers/deleting.js";
import listing from "./referrers/listing.js";
import pushingWithSubject from "./referrers/pushing.js";
import tagSchema from "./referrers/tag-schema.js";
import contentRules from "./robustness/content.js";
import credentials from "./robustness/credentials.js";
import endings from "./robustness/endings.js";
import type { Section } from "./suite.js";
import tags from "./tags.js";

/** The sections of the client suite, in the order of the spec. */
export const sections: readonly Section[] = [
  legacy,
  manifests,
  blobs,
  locations,
  singlePost,
  chunks,
  cancel,
  mount,
  pushingManifests,
  pushingWithSubject,
  tags,
  listing,
  deleting,
  proxying,
  compatibility,
  tagSchema,
  redirects,
  warnings,
  contentRules,
  credentials,
  endings,
];

export const checks = sections.flatMap((section) => section.checks);
export const examples = sections.flatMap((section) => section.examples);

/** Why a client cannot be given a case, in words; undefined when it can. */
export function cannotRun({ verb, tls, proxy, credentials = [] }: ClientCase, facts: ClientFacts): string | undefined {
  if (!facts.verbs.includes(verb)) return `${facts.tool} cannot do this: ${verb}`;
  if (tls && !facts.tls) return `${facts.tool} cannot be told whom to trust`;
  if (proxy !== undefined && !facts.proxy) return `${facts.tool} cannot be told of a proxy here`;
  if (credentials.length > 0 && !facts.credentials) return `${facts.tool} cannot be given credentials`;
  return undefined;
}

/** Clients of registries: what of the distribution spec binds them. */
export const clientSuite: Suite<ClientCase, ClientObservation, ClientFacts> = {
  spec: "distribution",
  formats: { case: CLIENT_CASE, observation: CLIENT_OBSERVATION, facts: CLIENT_FACTS },
  checks,
  examples,
  combinations,
  general,
  judge: (testCase, observation, facts) => judge(checks, testCase, observation, facts),
  release: ({ release }) => release,
  notApplicable: (requirement, { release }) => whyNotInForce(requirement, release, "the client"),
  cannotRun,
  notOf: whyNotOf,
};
