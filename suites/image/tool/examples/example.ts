import fc, { type Arbitrary } from "fast-check";
import { oneOf } from "../../../../generators/choices.js";
import { imageOf, minimalImage } from "../../../../generators/image/base.js";
import { layersInWords } from "../../../../generators/image/case.js";
import { file } from "../../../../generators/image/layer/entries.js";
import type { Entry, ImageCase, Neighbour } from "../../../../runners/image/case.js";

/** A written example: cases aimed at some requirements. */
export interface ToolExample {
  readonly aims: readonly string[];
  readonly cases: Arbitrary<ImageCase>;
}

export const example = (aims: string | readonly string[], cases: Arbitrary<ImageCase>): ToolExample => ({
  aims: typeof aims === "string" ? [aims] : aims,
  cases,
});

/** One of some cases, each of which is tried; a table of more than one has rows that are told by the cases' titles. */
export function anyOf(cases: readonly ImageCase[], row?: string): Arbitrary<ImageCase> {
  const [only, ...more] = cases;
  if (only !== undefined && more.length === 0) return fc.constant(only);
  const byTitle = new Map(cases.map((each) => [each.title, each]));
  if (byTitle.size < cases.length) throw new Error(`two cases of one title among ${[...byTitle.keys()].join(", ")}`);
  return oneOf([...byTitle.keys()], row).map((title) => byTitle.get(title) ?? minimalImage());
}

/** An example of layers of entries, a case for each variant; the first layer is shown to be there by a file that stays. */
export const stacks = (id: string, ...variants: (readonly (readonly Entry[])[])[]): ToolExample =>
  example(
    id,
    anyOf(
      variants.map(([base = [], ...rest]) => {
        const layers = [[...base, file("stays", "stays")], ...rest];
        return imageOf(`layers: ${stackInWords(layers)}`, layers);
      }),
      "layers",
    ),
  );

/** Entries in words, with what of them is unusual. */
export function stackInWords(layers: readonly (readonly Entry[])[]): string {
  const plain = layersInWords(layers.map((entries) => ({ entries })));
  const unusual = layers.flat().flatMap((entry) => {
    const { mode, uid, gid, mtime, nsec, xattrs } = entry;
    const usual = file(entry.path);
    const more = {
      ...(entry.type === "file" && mode !== usual.mode ? { mode: mode.toString(8) } : {}),
      ...(entry.type === "dir" && mode !== 0o755 ? { mode: mode.toString(8) } : {}),
      ...(uid === 0 ? {} : { uid }),
      ...(gid === 0 ? {} : { gid }),
      ...(mtime === usual.mtime ? {} : { mtime }),
      ...(nsec === undefined ? {} : { nsec }),
      ...(xattrs === undefined ? {} : { xattrs: Object.keys(xattrs) }),
    };
    return Object.keys(more).length === 0 ? [] : [`${entry.path} ${JSON.stringify(more).replaceAll('"', "")}`];
  });
  return unusual.length === 0 ? plain : `${plain}; ${unusual.join(", ")}`.slice(0, 300);
}

/** What a variant of the minimal image has, in a few words. */
function inWords({ shape, config, layers, fault }: Partial<ImageCase>): string {
  const [layer] = layers ?? [];
  const packed = layer && { ...(layer.nondistributable ? { nondistributable: true } : {}), ...layer.compression };
  return `one layer with one file: ${JSON.stringify(fault ?? shape ?? config ?? packed)}`.replaceAll('"', "");
}

/** An example of the minimal image with something about it, a case for each variant. */
export const shaped = (id: string | readonly string[], ...variants: (Partial<ImageCase> | Neighbour)[]): ToolExample =>
  example(
    id,
    anyOf(
      variants.map((variant) => {
        const more = typeof variant === "string" ? { shape: { neighbours: [variant] } } : variant;
        return { ...minimalImage(), title: inWords(more), ...more };
      }),
      "image",
    ),
  );
