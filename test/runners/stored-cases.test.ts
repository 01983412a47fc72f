import type { Arbitrary } from "fast-check";
import t, { type Test } from "tap";
import { anyImage } from "../../generators/image/case.js";
import { anyFaultImage } from "../../generators/image/invalid/cases.js";
import { learningCase, minimalCase as minimalRegistryCase } from "../../generators/registry/learn.js";
import { sequence } from "../../generators/registry/sequences.js";
import { anyCase } from "../../generators/runtime/case.js";
import { draw } from "../../runners/draw.js";
import { IMAGE_CASE } from "../../runners/image/formats.js";
import { REGISTRY_CASE } from "../../runners/registry/formats.js";
import type { RegistryFacts } from "../../runners/registry/target.js";
import { RUNTIME_CASE } from "../../runners/runtime/formats.js";
import { problemsIn, type StoredFormat } from "../../runners/stored-format.js";
import { toolExamples } from "../../suites/image/tool/examples.js";
import { sections } from "../../suites/runtime/index.js";
import { casesOf } from "../suites/registry/in-process.js";
import { drawExamples, factsOf } from "../suites/runtime/fixture.js";
import { fakeHost } from "./runtime/host-fixture.js";

/** So many drawn cases, each with the first of its simpler neighbours. */
const drawn = <Case>(arbitrary: Arbitrary<Case>, count: number): Case[] =>
  [...take(draw(arbitrary, 7), count)].flatMap((each) => [each.case, ...[...take(each.shrinks(), 3)].map((neighbour) => neighbour.case)]);

function* take<T>(values: Iterable<T>, count: number): Generator<T> {
  let taken = 0;
  for (const value of values) {
    yield value;
    if (++taken === count) return;
  }
}

function assertStorable<Case>(t: Test, format: StoredFormat<Case>, cases: readonly Case[], least: number): void {
  t.ok(cases.length >= least, `${cases.length} cases`);
  const broken = cases.flatMap((each) => {
    const problems = problemsIn(JSON.parse(JSON.stringify(each)), format);
    return problems.length === 0 ? [] : [{ case: each, problems }];
  });
  t.same(broken.slice(0, 3), []);
}

t.test("every case of the runtime suite can be stored and read again", async (t) => {
  const host = fakeHost();
  const examples = sections.flatMap((section) =>
    drawExamples(section, factsOf(host), 4).flatMap((cases) => (Array.isArray(cases) ? cases : [])),
  );
  assertStorable(t, RUNTIME_CASE, [...examples, ...drawn(anyCase(host, "1.3.0"), 400)], 1000);
});

t.test("every case of the registry suite can be stored and read again", async (t) => {
  const facts: RegistryFacts = { release: "head", choices: { push: true }, apis: ["pull", "push", "discovery", "management"], ours: true };
  const everything: RegistryFacts = {
    ...facts,
    choices: {
      push: true,
      blobDelete: true,
      manifestDelete: true,
      tagDelete: true,
      mount: true,
      referrers: true,
      cancel: true,
      ranges: true,
      sha512Blob: true,
      sha512Manifest: true,
      tagParameter: true,
      singlePost: true,
    },
  };
  const examples = [facts, everything].flatMap((each) => [...casesOf(each, 1), ...casesOf(each, 2)]);
  const sequences = [facts, everything].flatMap((each) => drawn(sequence(each), 150));
  assertStorable(t, REGISTRY_CASE, [minimalRegistryCase(), learningCase(true), ...examples, ...sequences], 500);
});

t.test("every case of the image suite can be stored and read again", async (t) => {
  const examples = toolExamples().flatMap(({ cases }) => drawn(cases, 3));
  assertStorable(t, IMAGE_CASE, [...examples, ...drawn(anyImage(), 300), ...drawn(anyFaultImage(), 300)], 1000);
});
