import { manyStacks, type Part } from "../../../../generators/image/histories/side-by-side.js";
import type { Entry, ImageCase } from "../../../../runners/image/case.js";
import type { CombinationRow } from "../../../suite.js";
import { applyLayers } from "../../model/model.js";

/** A stack of layers with its place in a table. */
export interface PartOfTable extends Part {
  /** Of each factor, the index of a level. */
  readonly levels: readonly number[];
}

/** How many stacks share an image: of those that are refused nothing is seen, so that not all are lost with one. */
const SIZE = 400;

const isDevice = ({ type }: Entry): boolean => type === "char" || type === "block";

/** What has to be known of a stack to put it somewhere. */
interface Place {
  /** Why it is not judged; undefined when it is. Its own path goes for any. */
  readonly open: string | undefined;
  /** Devices cannot be made everywhere, and an image that has one may be refused then: they keep to themselves. */
  readonly device: boolean;
}

function placeOf({ layers }: Part): Place {
  const stack = layers();
  const { mayRefuse, unsure } = applyLayers(stack.map((entries) => ({ entries })));
  const [reason] = [...mayRefuse, ...unsure.values()];
  const directory = stack.flat()[0]?.path.split("/")[0] ?? "";
  return { open: reason?.replaceAll(`${directory}/`, ""), device: stack.some((entries) => entries.some(isDevice)) };
}

const chunks = <T>(all: readonly T[], size: number): readonly (readonly T[])[] => {
  const count = Math.ceil(all.length / size);
  const even = Math.ceil(all.length / Math.max(1, count));
  return Array.from({ length: count }, (_, at) => all.slice(at * even, (at + 1) * even));
};

/** What a table comes to: images of many parts, and how many parts no sentence decides, by the reason. */
export interface Judged {
  readonly rows: readonly CombinationRow<ImageCase>[];
  readonly excluded: readonly { readonly reason: string; readonly combinations: number }[];
}

/**
 * Puts the parts that every tool has to take side by side into images, those of which no sentence says what comes of them left out.
 * @param what what a part is, in a few words
 * @param alike what parts have in common that are judged or excluded together; each by itself unless given
 */
export function judged(
  what: string,
  parts: readonly PartOfTable[],
  alike: (part: PartOfTable) => string = ({ levels }) => levels.join(),
): Judged {
  const places = new Map<string, Place>();
  const taken = { plain: [] as PartOfTable[], devices: [] as PartOfTable[] };
  for (const part of parts) {
    const key = alike(part);
    const place = places.get(key) ?? placeOf(part);
    places.set(key, place);
    if (place.open === undefined) taken[place.device ? "devices" : "plain"].push(part);
  }
  const counts = new Map<string, number>();
  for (const { open } of places.values()) if (open !== undefined) counts.set(open, (counts.get(open) ?? 0) + 1);
  const groups = [taken.plain, taken.devices].flatMap((each) => chunks(each, SIZE));
  return {
    rows: groups.map((group) => ({ covers: group.map(({ levels }) => levels), cases: manyStacks(what, group) })),
    excluded: [...counts].map(([reason, combinations]) => ({ reason, combinations })),
  };
}
