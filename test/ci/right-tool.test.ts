import t from "tap";
import { RightTool } from "../../ci/right-tool.js";
import type { Fault } from "../../ci/right-unpack.js";
import { sourcesOf } from "../../cli/session/sources.js";
import type { ImageCase } from "../../runners/image/case.js";
import { casesOf, streamOf } from "../../runners/streams.js";
import { imageToolSuite } from "../../suites/image/tool/index.js";

/** The cases of a default run that are made for what a converter does. */
function* conversions(facts: RightTool["facts"]): Generator<ImageCase> {
  const streams = sourcesOf(imageToolSuite, facts, { fuzz: false }).flatMap(({ name, aims, cases }) =>
    "unavailable" in cases || !aims.some((id) => /^image\.con(?:version|fig)\./.test(id)) ? [] : [streamOf(name, aims, cases, 1)],
  );
  for (const { drawn } of casesOf(1, true, streams)) yield drawn.case;
}

async function found(fault: Fault | undefined): Promise<ReadonlyMap<string, readonly string[]>> {
  const tool = new RightTool(false, fault);
  const all = new Map<string, string[]>();
  for (const subject of conversions(tool.facts))
    for (const [id] of await tool.found(subject, 0)) all.set(id, [...(all.get(id) ?? []), subject.title]);
  return all;
}

t.test("a right converter has no finding in any row of the tables", async (t) => {
  t.strictSame([...(await found(undefined))], []);
});

for (const [fault, id, title] of [
  ["home-by-passwd", "image.conversion.env", 'Env is ["HOME=/elsewhere"], and User tester'],
  ["ids-of-32-bits", "image.conversion.user-numeric", 'User is "4294967296", and there are no users'],
  ["ids-of-32-bits", "image.conversion.user-resolved", 'User is "far"'],
  ["names-before-numbers", "image.conversion.user-numeric", 'User is "2000"'],
  ["last-value-wins", "image.conversion.env", 'Env is ["A=1","A=2"]'],
  ["group-always-root", "image.config.user-default-group", 'User is "tester"'],
  ["group-always-root", "image.conversion.user-numeric", 'User is "7:8"'],
] as const)
  t.test(`a default run shows ${id} of a converter with ${fault}`, async (t) => {
    t.ok((await found(fault)).get(id)?.includes(title), title);
  });
