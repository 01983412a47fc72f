import type { Entry } from "../../../runners/image/case.js";
import { USUAL_TIME } from "../layer/attributes.js";
import { dir, entryOf, file, hardlink, opaque, symlink, whiteout } from "../layer/entries.js";

/** The path whose history it is, in a directory of its own. */
const PATH = "x";

/** A file beside it that the first layer has, and nobody touches: it shows that the layers were unpacked, and what followed a link. */
const BESIDE = "beside";

/** Leads to a canary out of the place where tools unpack to: `..` of the history, of the root and of the directory above it. */
const UP = "../../../canary";

/** What a layer has for a path, by its name: its entries in a directory, in the layer of that number. */
type State = (directory: string, layer: number) => Entry[];

/** A time of each layer's own: whose it is can be seen. */
const at = (layer: number): { readonly mtime: number } => ({ mtime: USUAL_TIME + layer });

const STATES = {
  none: () => [],
  file: (directory, layer) => [file(`${directory}/${PATH}`, "file", at(layer))],
  other: (directory, layer) => [file(`${directory}/${PATH}`, `other ${layer}`, { ...at(layer), mode: 0o4711, uid: 1000, gid: layer })],
  dir: (directory, layer) => [
    dir(`${directory}/${PATH}`, { ...at(layer), mode: 0o750, gid: layer }),
    file(`${directory}/${PATH}/${layer}`, "child", at(layer)),
  ],
  implied: (directory, layer) => [file(`${directory}/${PATH}/${layer}`, "child", at(layer))],
  up: (directory, layer) => [symlink(`${directory}/${PATH}`, UP, at(layer))],
  inside: (directory, layer) => [symlink(`${directory}/${PATH}`, BESIDE, at(layer))],
  nowhere: (directory, layer) => [symlink(`${directory}/${PATH}`, "nowhere", at(layer))],
  hardlink: (directory, layer) => [
    file(`${directory}/target`, `target ${layer}`, at(layer)),
    hardlink(`${directory}/${PATH}`, `${directory}/target`, at(layer)),
  ],
  fifo: (directory, layer) => [entryOf(`${directory}/${PATH}`, "fifo", at(layer))],
  device: (directory, layer) => [entryOf(`${directory}/${PATH}`, "char", { ...at(layer), device: [1, 3] })],
  whiteout: (directory) => [whiteout(`${directory}/${PATH}`)],
  opaque: (directory, layer) => [
    dir(`${directory}/${PATH}`, { ...at(layer), mode: 0o705, gid: layer }),
    opaque(`${directory}/${PATH}`),
    file(`${directory}/${PATH}/${layer}`, "child", at(layer)),
  ],
} as const satisfies Readonly<Record<string, State>>;

export type StateName = keyof typeof STATES;

/** The names of the states, the simplest first. */
export const STATE_NAMES = Object.keys(STATES) as readonly StateName[];

/** What one layer has for the path: its state, and whether the layer has an entry for the directory, too. */
export interface Moment {
  readonly state: StateName;
  readonly parent: boolean;
}

/** `file`, and `file+` with an entry for the directory. */
export const momentName = ({ state, parent }: Moment): string => (parent ? `${state}+` : state);

/** The name of a history, and of its directory: `file,whiteout+,dir`. */
export const historyName = (moments: readonly Moment[]): string => moments.map(momentName).join(",");

/** A history's entries in each layer, in a directory named by it. */
export function historyLayers(moments: readonly Moment[]): Entry[][] {
  const directory = historyName(moments);
  return moments.map(({ state, parent }, index) => {
    const layer = index + 1;
    return [
      ...(parent ? [dir(directory, { ...at(layer), mode: 0o751, uid: layer })] : []),
      ...(layer === 1 ? [file(`${directory}/${BESIDE}`, BESIDE)] : []),
      ...STATES[state](directory, layer),
    ];
  });
}
