import t from "tap";
import { RightTool } from "../../../../ci/right-tool.js";
import type { Fault } from "../../../../ci/right-unpack.js";
import { Drawing } from "../../../../runners/draw.js";
import type { ImageCase } from "../../../../runners/image/case.js";
import { LAYERS } from "../../../../suites/image/tool/examples/layers.js";

/** What a default run gives an unpacker for what layers come to. */
function* casesOfLayers(): Generator<ImageCase> {
  for (const { aims, cases } of LAYERS) {
    const drawing = new Drawing<ImageCase>(1);
    do yield { ...drawing.next(cases).case, aims };
    while (drawing.isPending);
  }
}

async function found(fault: Fault | undefined, bits: number): Promise<readonly string[]> {
  const tool = new RightTool(false, fault);
  const all: string[] = [];
  for (const subject of casesOfLayers()) for (const [id] of await tool.found(subject, bits)) all.push(`${id}: ${subject.title}`);
  return all;
}

t.test("a right unpacker has no finding, whichever way it chooses where no sentence decides", async (t) => {
  for (const bits of [0, 21, 42, 63]) t.strictSame(await found(undefined, bits), []);
});

t.test("a layer that is left out because it was there before is found missing", async (t) => {
  const all = await found("same-layer-once", 0);
  t.ok(all.includes("image.manifest.final-filesystem: the same layer twice, with a whiteout between"));
  t.ok(all.includes("image.manifest.final-filesystem: the same archive in two blobs, with a whiteout between"));
});
