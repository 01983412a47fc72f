import { pointerOf } from "../../../image-reader/json-node.js";
import type { Located, Location } from "./suite.js";

/** How many places of one requirement's failures are named. */
const MAX_PLACES = 5;

/** Text of bytes as far as they are UTF-8; a layer's names are kept as bytes. */
export const legible = (bytes: string): string => Buffer.from(bytes, "latin1").toString("utf8");

/** Text in quotes, without anything that a terminal would obey or that no text is. */
const quoted = (text: string): string =>
  JSON.stringify(text).replace(/\p{C}/gu, (odd) =>
    Array.from({ length: odd.length }, (_, at) => `\\u${odd.charCodeAt(at).toString(16).padStart(4, "0")}`).join(""),
  );
const plain = (file: string): string => (/\p{C}/u.test(file) ? quoted(file) : file);

/** A place in words: the file, the JSON pointer or the entry in it, and the byte. */
export function inWords({ file, node, entry, offset }: Location): string {
  const pointer = node === undefined ? "" : ` at ${pointerOf(node) || "its root"}`;
  const member = entry === undefined ? "" : ` entry ${quoted(legible(entry))}`;
  const byte = offset ?? node?.start;
  return `${plain(file)}${pointer}${member}${byte === undefined ? "" : ` (byte ${byte}${entry === undefined ? "" : " of the archive"})`}`;
}

/** What came of one requirement in one input. */
export interface Count {
  readonly passes: number;
  readonly failures: number;
  readonly skips: number;
  /** The first failure, and where the first ones are. */
  readonly first?: Located & { readonly verdict: "fail" };
  readonly places: readonly Location[];
  readonly skipReason?: string;
  readonly error?: string;
}

interface Counting {
  passes: number;
  failures: number;
  skips: number;
  first?: Located & { readonly verdict: "fail" };
  places: Location[];
  skipReason?: string;
  error?: string;
}

/** Counts verdicts by requirement; of many failures it keeps the first few. */
export class Tally {
  readonly #counts = new Map<string, Counting>();

  get counts(): ReadonlyMap<string, Count> {
    return this.#counts;
  }

  #of(id: string): Counting {
    let count = this.#counts.get(id);
    if (!count) {
      count = { passes: 0, failures: 0, skips: 0, places: [] };
      this.#counts.set(id, count);
    }
    return count;
  }

  /** @param location where it was judged, if the judgement does not say */
  add(id: string, judgement: Located, location: Location): void {
    const count = this.#of(id);
    if (judgement.verdict === "pass") count.passes++;
    else if (judgement.verdict === "skip") {
      count.skips++;
      count.skipReason ??= judgement.reason;
    } else {
      count.failures++;
      count.first ??= judgement;
      if (count.places.length < MAX_PLACES) count.places.push(judgement.at ?? location);
    }
  }

  /** Adds what another one counted, its places after the own ones. */
  merge(other: Tally): void {
    for (const [id, from] of other.#counts) {
      const into = this.#of(id);
      into.passes += from.passes;
      into.failures += from.failures;
      into.skips += from.skips;
      if (from.first) into.first ??= from.first;
      into.places.push(...from.places.slice(0, MAX_PLACES - into.places.length));
      if (from.skipReason !== undefined) into.skipReason ??= from.skipReason;
      if (from.error !== undefined) into.error ??= from.error;
    }
  }

  error(id: string, thrown: unknown): void {
    this.#of(id).error ??= thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  }
}
