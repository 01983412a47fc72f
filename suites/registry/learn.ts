import { header, type RegistryObservation, type SeenResponse } from "../../runners/registry/observation.js";
import type { Choices } from "../../runners/registry/target.js";
import { parseJson } from "./manifest.js";
import { isObject } from "./response.js";

/** How many manifests an index lists. */
function length({ body }: SeenResponse): number | undefined {
  const index = parseJson(body.text);
  return isObject(index) && Array.isArray(index.manifests) ? index.manifests.length : undefined;
}

/** An endpoint that answers so is not there. */
const NOT_THERE: readonly number[] = [404, 405, 501];

/** A refusal that is the registry's choice, and has nothing to do with what else the request was. */
const REFUSALS: readonly number[] = [400, 403, 404, 405, 409, 412, 422];

const components = (url: string): number => (/\/v2\/(.+)\/blobs\/uploads\/$/.exec(url)?.[1] ?? "").split("/").length;

/** How many components a name may have, when one with more is refused and one with fewer is not. */
function nameComponents({ exchanges }: RegistryObservation): number | undefined {
  const tried = exchanges.filter(({ label }) => label === "start" || label?.startsWith("deep-"));
  const most = (of: (status: number) => boolean): number[] =>
    tried.filter(({ response }) => response !== null && of(response.status)).map(({ request }) => components(request.url));
  const taken = Math.max(...most((status) => status === 202));
  const refused = Math.min(...most((status) => REFUSALS.includes(status)));
  return Number.isFinite(taken) && Number.isFinite(refused) && taken < refused ? taken : undefined;
}

/**
 * What the answers to the learning case tell of a registry's choices; what they do not tell is left out. Only what the spec lets a registry
 * answer is a choice: another refusal is for the checks to judge.
 */
export function learn(observation: RegistryObservation): Choices {
  const { exchanges } = observation;
  const answer = (label: string): SeenResponse | undefined => exchanges.find((each) => each.label === label)?.response ?? undefined;
  const status = (label: string): number => answer(label)?.status ?? 0;
  /** True for these statuses, false for other answers below 500, unknown for the rest. */
  const when = (label: string, ...yes: readonly number[]): boolean | undefined =>
    status(label) === 0 || status(label) >= 500 || [401, 403, 429].includes(status(label)) ? undefined : yes.includes(status(label));
  /** True for these statuses, false for those, unknown for the rest. */
  const either = (label: string, yes: readonly number[], no: readonly number[]): boolean | undefined =>
    yes.includes(status(label)) ? true : no.includes(status(label)) ? false : undefined;
  const deletes = (label: string): boolean | undefined => either(label, [200, 202, 204], [400, 405]);
  const listed = parseJson(answer("referrers")?.body.text);
  const start = answer("start");
  const least = start ? Number(header(start, "oci-chunk-min-length")) : Number.NaN;
  const filter = answer("filter");
  const tags = answer("tags");
  const big = answer("big");
  const pushed = (label: string): boolean => [200, 201, 204].includes(status(label));
  // What nobody has cannot be mounted.
  const mounts = (label: string): boolean | undefined => (pushed("pushed") ? either(label, [200, 201, 204], [202]) : undefined);
  const found = {
    push: true,
    singlePost: either("single", [200, 201, 204], [202]),
    mount: mounts("mount"),
    anonymousMount: mounts("anonymous"),
    digestAlgorithm: when("algorithm", 202),
    sha512Blob: when("sha512", 201),
    sha512Manifest: when("sha512-manifest", 201),
    tagParameter: tags?.status === 201 ? header(tags, "oci-tag") !== undefined || status("tag-made") === 200 : when("tags"),
    cancel: when("cancel", 200, 202, 204),
    ranges: when("range", 206),
    missingBlobs: when("missing", 201),
    listsLag: exchanges.some(({ late }) => late?.right) || undefined,
    tagsList: either("tags-list", [200, 203], NOT_THERE),
    immutableTags: pushed("tagged") && pushed("tagged-first") ? either("tag-moved", [400, 403, 409, 412], [200, 201, 204]) : undefined,
    untaggedManifests: pushed("tag-moved") ? either("untagged", [200], [404]) : undefined,
    nameComponents: nameComponents(observation),
    // A server that answers whatever path with 200 has no list to show.
    referrers: status("referrers") === 200 && !isObject(listed) ? false : either("referrers", [200, 203], NOT_THERE),
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
export function choicesInWords({ push: _push, chunkMinLength, nameComponents: components, ...choices }: Choices): string {
  const words = Object.entries(choices).map(
    ([name, value]) => `${value ? "" : "no "}${name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`,
  );
  return [
    ...words,
    ...(components === undefined ? [] : [`names of at most ${components} components`]),
    ...(chunkMinLength === undefined ? [] : [`chunks of at least ${chunkMinLength} bytes`]),
  ].join(", ");
}
