import t from "tap";
import { RightTool } from "../../../../../ci/right-tool.js";
import type { Fault } from "../../../../../ci/right-unpack.js";
import { histories } from "../../../../../generators/image/histories/histories.js";
import { Drawing } from "../../../../../runners/draw.js";
import type { ImageCase } from "../../../../../runners/image/case.js";
import { applyLayers } from "../../../../../suites/image/model/model.js";
import { layerCombinations } from "../../../../../suites/image/tool/combinations/index.js";
import type { Combinations } from "../../../../../suites/suite.js";

const combinations = layerCombinations(2);

function* imagesOf({ rows }: Combinations<ImageCase>): Generator<ImageCase> {
  for (const { cases } of rows) yield new Drawing<ImageCase>(1).next(cases).case;
}

/** Which way a right tool chooses where no sentence decides: another one for each image. */
const choices = (number: number): number => (number * 37) % 64;

for (const part of combinations)
  t.test(`a right tool has no finding in any of: ${part.name}`, async (t) => {
    const tool = new RightTool(false);
    let number = 0;
    for (const image of imagesOf(part)) t.strictSame(await tool.found(image, choices(number++)), [], image.title);
  });

/** Whether something is found in one of the images of a part. */
async function shows(fault: Fault, name: string, id: string): Promise<boolean> {
  const tool = new RightTool(false, fault);
  for (const part of combinations.filter((each) => each.name === name))
    for (const image of imagesOf(part)) if ((await tool.found(image, 0)).some(([found]) => found === id)) return true;
  return false;
}

for (const [fault, name, id] of [
  ["whiteouts-kept", "histories", "image.layer.whiteout-removes"],
  ["opaque-hides-own", "histories", "image.layer.opaque-any-order"],
  ["modes-lost", "entries", "image.layer.attributes-applied"],
  ["capabilities-lost-to-chown", "entries", "image.layer.attributes-applied"],
  ["links-written-through", "histories", "image.manifest.final-filesystem"],
  ["hard-links-written-through", "a hard link and what it names", "image.manifest.final-filesystem"],
  ["opaque-hides-own", "a path that is removed and made again", "image.layer.whiteout-applies-to-lower-layers-only"],
] as const)
  t.test(`${fault}: ${id} is found in ${name}`, async (t) => {
    t.ok(await shows(fault, name, id));
  });

t.test("what is not judged has a reason, and what is judged has none", async (t) => {
  for (const { name, rows, excluded, possible } of combinations) {
    t.ok(possible > 0 && rows.length > 0, name);
    t.ok(excluded.every(({ reason, combinations: count }) => reason.length > 10 && count > 0));
    const open = rows.flatMap(({ cases }) => applyLayers(new Drawing<ImageCase>(1).next(cases).case.layers).mayRefuse);
    t.strictSame(open, [], name);
  }
});

t.test("an entry for the directory decides nothing of what is below it", async (t) => {
  const open = new Map<string, Set<boolean>>();
  for (const { states, layers } of histories(true)) {
    const known = open.get(states) ?? new Set();
    open.set(states, known.add(applyLayers(layers().map((entries) => ({ entries }))).mayRefuse.length > 0));
  }
  t.ok([...open.values()].every(({ size }) => size === 1));
});
