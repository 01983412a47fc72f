import type { Entry, Layer } from "../../../runners/image/case.js";
import { layerOf } from "../base.js";
import { dir, file, whiteout } from "./entries.js";

/** As many layers as overlay file systems and tools are known to take. */
const MOST_LAYERS = 127;

const packed = (entries: readonly Entry[], compression?: Layer["compression"]): Layer =>
  layerOf(entries, compression === undefined ? {} : { compression });

const BASE: readonly Entry[] = [file("a", "a"), file("stays", "stays")];
const UNPACKED = { kind: "none" } as const;
const REMOVED = packed([whiteout("a")]);
const EMPTY = packed([]);

/** A layer for each number: its own file, a file of all of them, and none of what the one before it had of its own. */
const many = (count: number): readonly Layer[] =>
  Array.from({ length: count }, (_, at) =>
    packed([
      file(`of-${at}`, `${at}`),
      file("last", `${at}`),
      ...(at > 0 ? [dir("d", { mode: 0o700 + (at % 8) }), whiteout(`of-${at - 1}`)] : BASE),
    ]),
  );

/** Stacks of layers in which the layers as such are unusual, by what they are. */
export const LAYER_STACKS: readonly (readonly [name: string, layers: readonly Layer[]])[] = [
  ["the same layer twice", [packed(BASE), packed(BASE)]],
  ["the same layer twice, with a whiteout between", [packed(BASE), REMOVED, packed(BASE)]],
  ["the same layer twice, with a whiteout between and after", [packed(BASE), REMOVED, packed(BASE), REMOVED]],
  ["the same archive in two blobs", [packed(BASE), packed(BASE, UNPACKED)]],
  ["the same archive in two blobs, with a whiteout between", [packed(BASE), REMOVED, packed(BASE, UNPACKED)]],
  [
    "the same archive unpacked and packed, with a whiteout between",
    [packed(BASE, UNPACKED), REMOVED, packed(BASE, { kind: "gzip", level: 9 })],
  ],
  ["an empty layer first", [EMPTY, packed(BASE)]],
  ["an empty layer between", [packed(BASE), EMPTY, REMOVED]],
  ["an empty layer last", [packed(BASE), EMPTY]],
  ["two empty layers between", [packed(BASE), EMPTY, EMPTY, REMOVED]],
  ["16 layers", many(16)],
  [`${MOST_LAYERS} layers`, many(MOST_LAYERS)],
];
