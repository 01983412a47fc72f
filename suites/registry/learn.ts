import { header, type RegistryObservation, type SeenResponse } from "../../runners/registry/observation.js";
import type { Choices } from "../../runners/registry/target.js";
import { isObject } from "./look.js";
import { parseJson } from "./manifest.js";

/** How many manifests an index lists. */
function length({ body }: SeenResponse): number | undefined {
  const index = parseJson(body.text);
  return isObject(index) && Array.isArray(index.manifests) ? index.manifests.length : undefined;
}

/** What the answers to the learning case tell of a registry's choices; what they do not tell is left out. */
export function learn({ exchanges }: RegistryObservation): Choices {
  const answer = (label: string): SeenResponse | undefined => exchanges.find((each) => each.label === label)?.response ?? undefined;
  /** True for these statuses, false for other answers below 500, unknown for the rest. */
  const when = (label: string, ...yes: readonly number[]): boolean | undefined => {
    const status = answer(label)?.status;
    return status === undefined || status >= 500 || status === 429 || status === 401 ? undefined : yes.includes(status);
  };
  const deletes = (label: string): boolean | undefined => {
    const status = answer(label)?.status;
    return status === 202 ? true : status === 400 || status === 405 ? false : when(label, 200, 204);
  };
  const listed = parseJson(answer("referrers")?.body.text);
  const start = answer("start");
  const least = start ? Number(header(start, "oci-chunk-min-length")) : Number.NaN;
  const filter = answer("filter");
  const tags = answer("tags");
  const big = answer("big");
  const found = {
    push: true,
    singlePost: when("single", 200, 201, 204),
    mount: when("mount", 200, 201, 204),
    anonymousMount: when("anonymous", 200, 201, 204),
    digestAlgorithm: when("algorithm", 202),
    sha512Blob: when("sha512", 201),
    sha512Manifest: when("sha512-manifest", 201),
    tagParameter: tags?.status === 201 ? header(tags, "oci-tag") !== undefined || answer("tag-made")?.status === 200 : when("tags"),
    cancel: when("cancel", 200, 202, 204),
    ranges: when("range", 206),
    missingBlobs: when("missing", 201),
    // A server that answers whatever path with 200 has no list to show.
    referrers: when("referrers", 200, 203) === true ? isObject(listed) : when("referrers", 200),
    referrersFilter: filter?.status === 200 ? header(filter, "oci-filters-applied") !== undefined || length(filter) === 1 : when("filter"),
    manifestLimit: big ? big.status >= 400 && big.status < 500 : undefined,
    tagDelete: deletes("delete-tag"),
    manifestDelete: deletes("delete-manifest"),
    blobDelete: deletes("delete-blob"),
    chunkMinLength: Number.isSafeInteger(least) && least > 0 ? least : undefined,
  };
  const known = Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
  return { push: true, ...known };
}

/** The choices in words, for the head of a report. */
export function choicesInWords({ push: _push, chunkMinLength, ...choices }: Choices): string {
  const words = Object.entries(choices).map(
    ([name, value]) => `${value ? "" : "no "}${name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`,
  );
  return [...words, ...(chunkMinLength === undefined ? [] : [`chunks of at least ${chunkMinLength} bytes`])].join(", ");
}
