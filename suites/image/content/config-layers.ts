import { itemsOf, type JsonNode, member } from "../../../image-reader/json-node.js";
import { parseDigest } from "../../../spec/image/grammar.js";
import { type Check, check, expectThat, type ImageView, type Located } from "./suite.js";

/** A config's diff_ids beside what its layers are; undefined where either is not known. */
interface Pairs {
  readonly node: JsonNode;
  readonly ids: readonly string[];
  readonly actual: readonly (string | undefined)[];
}

function pairsOf({ config, layers }: ImageView): Pairs | undefined {
  const rootfs = member(config.json.root, "rootfs");
  const node = member(rootfs, "diff_ids");
  const ids = itemsOf(rootfs, "diff_ids").flatMap((item) => (item.kind === "string" ? [item.value] : []));
  if (node?.kind !== "array" || ids.length !== node.items.length) return undefined;
  const actual = layers.map((archive, position) => {
    const algorithm = parseDigest(ids[position] ?? ids[0] ?? "")?.algorithm;
    return algorithm === undefined ? undefined : archive?.digests.get(algorithm);
  });
  return { node, ids, actual };
}

const sorted = (values: readonly (string | undefined)[]): string => [...values].sort().join(" ");

/** Whether the layers are the right ones, in whatever order. Nothing is said while one of them is not known. */
const sameLayers = ({ ids, actual }: Pairs): boolean => sorted(ids) === sorted(actual);

function whole(pairs: Pairs | undefined): pairs is Pairs {
  if (!pairs) return false;
  return pairs.actual.every((digest) => digest !== undefined) && sameLayers(pairs);
}

function judgeDiffIds(view: ImageView): Located | undefined {
  const pairs = pairsOf(view);
  if (!pairs) return undefined;
  const { node, ids, actual } = pairs;
  const location = { file: view.location.file, node };
  if (ids.length !== actual.length)
    return expectThat(false, `${actual.length} diff_ids, one for each layer`, `${ids.length} diff_ids`, location);
  const known = new Set(ids);
  const wrong = actual.findIndex((digest) => digest !== undefined && !known.has(digest));
  const position = wrong < 0 && actual.every((digest) => digest !== undefined) && !sameLayers(pairs) ? 0 : wrong;
  const item = node.kind === "array" ? node.items[position] : undefined;
  if (position >= 0) return expectThat(false, actual[position], ids[position], item ? { file: view.location.file, node: item } : location);
  return actual.every((digest) => digest !== undefined) ? expectThat(true, undefined, undefined) : undefined;
}

/** The order of what is above the base layer. */
function aboveBase({ ids, actual }: Pairs): readonly [string[], string[]] {
  const base = ids[0];
  const rest = (values: readonly (string | undefined)[]): string[] => {
    const list = values.flatMap((value) => value ?? []);
    const at = list.indexOf(base ?? "");
    return list.filter((_, position) => position !== at);
  };
  return [rest(ids), rest(actual)];
}

/** The digests of the layers, and their order, by the config (config.md#properties, manifest.md). */
export const diffIdsOfLayers: readonly Check<ImageView>[] = [
  check("image.config.diff-ids-of-layers", judgeDiffIds),
  check("image.manifest.layers-base-first", (view) => {
    const pairs = pairsOf(view);
    return whole(pairs) && pairs.ids.length > 0 ? expectThat(pairs.actual[0] === pairs.ids[0], pairs.ids[0], pairs.actual[0]) : undefined;
  }),
  check("image.manifest.layers-stack-order", (view) => {
    const pairs = pairsOf(view);
    if (!whole(pairs) || pairs.ids.length < 2) return undefined;
    const [wanted, actual] = aboveBase(pairs);
    return expectThat(sorted(wanted) === sorted(actual) && wanted.join() === actual.join(), wanted, actual);
  }),
];

export const historyOfLayers: Check<ImageView> = check("image.config.history-of-layers", ({ config, layers, location }) => {
  const history = member(config.json.root, "history");
  if (history?.kind !== "array" || history.items.length === 0) return undefined;
  const made = history.items.filter((item) => {
    const empty = member(item, "empty_layer");
    return !(empty?.kind === "boolean" && empty.value === true);
  });
  return expectThat(made.length === layers.length, `${layers.length} entries that made a layer`, made.length, {
    file: location.file,
    node: history,
  });
});
