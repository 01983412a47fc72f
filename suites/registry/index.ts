import blobs from "./blobs.js";
import chunks from "./chunks.js";
import concurrency from "./concurrency.js";
import deletes from "./deletes.js";
import tagPages from "./discovery/tag-pages.js";
import tags from "./discovery/tags.js";
import errors from "./errors.js";
import general from "./general.js";
import http from "./http.js";
import manifests from "./manifests.js";
import mount from "./mount.js";
import names from "./names.js";
import oddInput from "./odd-input.js";
import pushingManifests from "./pushing-manifests.js";
import ranges from "./ranges.js";
import referrers from "./referrers.js";
import robustness from "./robustness.js";
import type { Section } from "./suite.js";
import uploads from "./uploads.js";

/** The sections of the registry suite, in the order of the spec. */
export const sections: readonly Section[] = [
  general,
  names,
  manifests,
  blobs,
  uploads,
  chunks,
  mount,
  pushingManifests,
  tags,
  tagPages,
  referrers,
  deletes,
  errors,
  http,
  ranges,
  robustness,
  oddInput,
  concurrency,
];

export const checks = sections.flatMap((section) => section.checks);
export const examples = sections.flatMap((section) => section.examples);
