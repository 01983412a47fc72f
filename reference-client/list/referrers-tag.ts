import { referrersTag } from "../../spec/distribution/grammar.js";
import type { Hooks } from "../faults/hooks.js";

/** The tag under which the referrers of a digest are listed where a registry has no API for them (spec.md#referrers-tag-schema). */
export function tagOf(digest: string, hooks: Hooks): string {
  const [algorithm = "", encoded = ""] = digest.split(/:(.*)/s, 2);
  const cut = (first: number, second: number, separator = "-") =>
    `${algorithm.slice(0, first)}${separator}${encoded.slice(0, second)}`.replaceAll(/[^a-zA-Z0-9._-]/g, "-");
  if (hooks.has("tag-of-whole-algorithm")) return cut(Number.POSITIVE_INFINITY, 64);
  if (hooks.has("tag-of-whole-encoded")) return cut(32, Number.POSITIVE_INFINITY);
  if (hooks.has("tag-cut-shorter")) return cut(32, 63);
  if (hooks.has("tag-with-dot")) return cut(32, 64, ".");
  return referrersTag(digest);
}
