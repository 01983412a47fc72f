import type { Part } from "./side-by-side.js";
import { historyLayers, historyName, type Moment, STATE_NAMES } from "./states.js";

/** How many layers a history has. */
const LAYERS = 3;

/** A history with its place among all: the index of a state for each layer, and for each whether it has an entry for the directory. */
export interface History extends Part {
  readonly levels: readonly number[];
  /** The states alone. */
  readonly states: string;
}

/** What makes two histories differ. */
export const HISTORY_FACTORS = [
  ...Array.from({ length: LAYERS }, (_, at) => ({ name: `layer ${at + 1}`, levels: STATE_NAMES.map((name) => ({ name })) })),
  ...Array.from({ length: LAYERS }, (_, at) => ({
    name: `directory in layer ${at + 1}`,
    levels: [{ name: "no entry" }, { name: "an entry" }],
  })),
];

/** Of which layers there is an entry for the directory: all ways, or those with an even or an odd number of entries, in which any two layers meet in all ways. */
function parentsOf(states: readonly number[], all: boolean): readonly (readonly number[])[] {
  const ways = Array.from({ length: 2 ** LAYERS }, (_, bits) => Array.from({ length: LAYERS }, (_, layer) => (bits >> layer) & 1));
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
  return all ? ways : ways.filter((way) => (sum(way) + sum(states)) % 2 === 0);
}

function history(states: readonly number[], parents: readonly number[]): History {
  const moments = states.map((state, at): Moment => ({ state: STATE_NAMES[state] ?? "none", parent: parents[at] === 1 }));
  return { name: historyName(moments), layers: () => historyLayers(moments), levels: [...states, ...parents], states: states.join() };
}

/**
 * All histories of one path over three layers.
 * @param everyParent each with all ways in which layers can have an entry for the directory or none; else with the half of them in which any two
 * layers meet in all ways
 */
export function histories(everyParent: boolean): readonly History[] {
  const indexes = STATE_NAMES.map((_, index) => index);
  const states = indexes.flatMap((first) => indexes.flatMap((second) => indexes.map((third) => [first, second, third])));
  return states.flatMap((each) => parentsOf(each, everyParent).map((parents) => history(each, parents)));
}
