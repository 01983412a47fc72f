import { RELEASES as DISTRIBUTION_RELEASES } from "./distribution/releases.js";
import {
  APIS,
  type Api,
  BINDS as DISTRIBUTION_BINDS,
  type Binds as DistributionBinds,
  FEATURES,
  type Feature,
} from "./distribution/terms.js";
import { RELEASES as IMAGE_RELEASES } from "./image/releases.js";
import { BINDS as IMAGE_BINDS, type Binds as ImageBinds } from "./image/terms.js";
import { RELEASES as RUNTIME_RELEASES } from "./runtime/releases.js";

/** MUST, SHOULD and MAY are the spec's; ROBUSTNESS are rules of ours, which no sentence of a spec states. */
export type Level = "MUST" | "SHOULD" | "MAY" | "ROBUSTNESS";

/** Whom a statement binds, in the specs that bind several parties. */
export type Binds = DistributionBinds | ImageBinds;

/** One normative statement, in our own words. */
export interface Requirement {
  /** Words, such as `runtime.create.id-not-unique-error`; never changes its meaning. */
  readonly id: string;
  readonly level: Level;
  /** Document and anchor: `runtime.md#runtimeCreate`; none for rules of ours. */
  readonly section?: string;
  /** A few words of the sentence, or the first of the passage and, after ` … `, the last: what leads a link to it. Not the sentence, which is the spec's. */
  readonly fragment?: string;
  /** The statement that makes a mere description binding. */
  readonly via?: string;
  /** Whom it binds, where a spec binds others than the one under test. */
  readonly binds?: Binds;
  /** The category of the API that it belongs to, where a spec has categories. */
  readonly api?: Api;
  /** The release that it came with; none for rules of ours. */
  readonly since?: string;
  /** The last release in which it holds, where a later one dropped or changed it. */
  readonly until?: string;
  /** The optional feature without which it says nothing. */
  readonly when?: Feature;
  readonly summary: string;
  /** True, or why no outside observer can see it. */
  readonly testable: true | string;
}

/** The specs that have a catalogue. */
export const SPECS = ["runtime", "image", "distribution"] as const;

export type SpecName = (typeof SPECS)[number];

/** A broken catalogue: names the file, the entry, and what is wrong with it. */
export class CatalogueError extends Error {
  override readonly name = "CatalogueError";
}

/** What is well made in the catalogue of one spec. */
interface Form {
  readonly releases: readonly string[];
  readonly id: RegExp;
  readonly section: RegExp;
  /** The parties that its statements bind, where there are several. */
  readonly parties?: readonly Binds[];
  /** Whether its statements belong to categories of an API. */
  readonly apis: boolean;
}

const WORDS = "(?:\\.[a-z][a-z0-9]*(?:-[a-z0-9]+)*)+$";

const FORMS: Readonly<Record<SpecName, Form>> = {
  runtime: {
    releases: RUNTIME_RELEASES,
    id: new RegExp(`^(?:runtime|robustness)${WORDS}`),
    section: /^[a-z-]+\.md#[\w-]+$/,
    apis: false,
  },
  image: {
    releases: IMAGE_RELEASES,
    id: new RegExp(`^(?:robustness\\.)?image${WORDS}`),
    section: /^[a-z-]+\.md#[a-z0-9-]+$/,
    parties: IMAGE_BINDS,
    apis: false,
  },
  distribution: {
    releases: DISTRIBUTION_RELEASES,
    id: new RegExp(`^(?:(?:robustness\\.)?registry|robustness\\.client)${WORDS}`),
    section: /^(?:spec\.md#[a-z0-9-]+|rfc9110\.md#section-\d+(?:\.\d+)*)$/,
    parties: DISTRIBUTION_BINDS,
    apis: true,
  },
};

/** The spec of an id: those of registries and their clients are the distribution spec's. */
export function specOf(id: string): SpecName {
  const [area] = id.replace(/^robustness\./, "").split(".", 1);
  return area === "registry" || area === "client" ? "distribution" : area === "image" ? "image" : "runtime";
}

/** At most five words, once or twice. */
const FRAGMENT = /^\S+(?: (?!…)\S+){0,4}(?: … \S+(?: (?!…)\S+){0,4})?$/;

const LEVELS = ["MUST", "SHOULD", "MAY"] as const;
const FEATURE_NAMES = Object.keys(FEATURES).filter((name): name is Feature => Object.hasOwn(FEATURES, name));

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Makes one requirement of a parsed entry.
 * @param at names the entry in complaints.
 * @param ours whether it is a rule of ours, of which only id and summary count; and the level, where it is SHOULD and only warns.
 * @throws CatalogueError
 */
export function requirementOf(entry: unknown, at: string, ours: boolean, spec: SpecName): Requirement {
  const fail = (what: string): never => {
    throw new CatalogueError(`${at}: ${what}`);
  };
  if (!isRecord(entry)) return fail("not a mapping");
  const form = FORMS[spec];
  const { id, level, section, fragment, via, binds, api, since, until, when, summary, testable } = entry;
  if (typeof id !== "string" || !form.id.test(id)) return fail(`id ${JSON.stringify(id)} is not made of words`);
  const named = (what: string): never => fail(`${id}: ${what}`);
  const oneOf = <T extends string>(field: string, value: unknown, known: readonly T[]): T =>
    known.find((each) => each === value) ?? named(`${field} ${JSON.stringify(value)} is none of ${known.join(", ")}`);

  if (typeof summary !== "string" || summary === "") return named("summary is missing");
  const bound = (parties: readonly Binds[]) => ({ binds: oneOf("binds", binds, parties) });
  if (ours)
    return {
      id,
      level: level === undefined ? "ROBUSTNESS" : oneOf("level", level, ["SHOULD"]),
      ...(form.parties && binds !== undefined ? bound(form.parties) : {}),
      summary,
      testable: true,
    };
  const stated = oneOf("level", level, LEVELS);
  if (typeof section !== "string" || !form.section.test(section))
    return named(`section ${JSON.stringify(section)} is not document.md#anchor`);
  if (fragment !== undefined && (typeof fragment !== "string" || !FRAGMENT.test(fragment)))
    return named(`fragment ${JSON.stringify(fragment)} is not a few words, or the first and the last few with " … " between them`);
  if (via !== undefined && typeof via !== "string") return named("via is not a section");
  const release = (field: string, value: unknown): string =>
    form.releases.find((each) => each === value) ?? named(`${field} ${JSON.stringify(value)} is no release`);
  const first = release("since", since);
  const last = until === undefined ? undefined : release("until", until);
  if (last !== undefined && form.releases.indexOf(last) < form.releases.indexOf(first))
    return named(`until ${last} is before since ${first}`);
  if (testable !== true && (typeof testable !== "string" || testable === "")) return named("testable is neither true nor a reason");
  return {
    id,
    level: stated,
    section,
    ...(fragment === undefined ? {} : { fragment }),
    ...(via === undefined ? {} : { via }),
    ...(form.parties ? bound(form.parties) : {}),
    ...(form.apis ? { api: oneOf("api", api, APIS) } : {}),
    since: first,
    ...(last === undefined ? {} : { until: last }),
    ...(when === undefined ? {} : { when: oneOf("when", when, FEATURE_NAMES) }),
    summary,
    testable,
  };
}
