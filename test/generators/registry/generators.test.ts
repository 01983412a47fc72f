import fc, { type Arbitrary } from "fast-check";
import t, { type Test } from "tap";
import { dropping } from "../../../generators/registry/dropping.js";
import { learningCase, minimalCase } from "../../../generators/registry/learn.js";
import { pullOnly } from "../../../generators/registry/pull-only.js";
import { sequence } from "../../../generators/registry/sequences.js";
import { caseOf, get } from "../../../generators/registry/steps.js";
import { draw } from "../../../runners/draw.js";
import { isRequest, type RegistryCase, type Step } from "../../../runners/registry/case.js";
import { Contents } from "../../../runners/registry/contents.js";
import type { RegistryFacts } from "../../../runners/registry/target.js";
import { examples } from "../../../suites/registry/index.js";
import { assertGenerator } from "../runtime/assert-generator.js";

const all = {
  push: true,
  blobDelete: true,
  manifestDelete: true,
  tagDelete: true,
  singlePost: true,
  mount: true,
  referrers: true,
  digestAlgorithm: true,
  tagParameter: true,
  cancel: true,
  manifestLimit: true,
};
const none = Object.fromEntries(Object.keys(all).map((name) => [name, false]));
const facts = (choices: RegistryFacts["choices"], ours = true): RegistryFacts => ({
  release: "head",
  choices,
  apis: ["pull", "push", "discovery", "management"],
  ours,
});

const stepsOf = ({ steps, clients = [], after = [] }: RegistryCase): readonly Step[] => [...steps, ...clients.flat(), ...after];

/** What cannot be right in a case: contents or labels that are not there, labels that are there twice. */
function problems(subject: RegistryCase): string[] {
  const found: string[] = [];
  const contents = new Contents(subject.contents, (key) => `x/${key}`, "0123456789ab");
  const labels: string[] = [];
  for (const step of stepsOf(subject)) {
    if (!isRequest(step)) continue;
    const texts = [step.target, ...(step.query ?? []).map(([, value]) => value), ...Object.values(step.headers ?? {})];
    for (const text of texts) {
      try {
        contents.fill(text);
      } catch (thrown) {
        found.push(String(thrown));
      }
      for (const [, label = ""] of text.matchAll(/\{(?:location|link|etag|moved):([\w.-]+)/g)) {
        if (!labels.includes(label) && !subject.clients) found.push(`${text}: no step before is called ${label}`);
      }
    }
    if (step.body && contents.get(step.body.content).size < (step.body.to ?? 0))
      found.push(`${step.body.content} is shorter than ${step.body.to}`);
    if (step.label !== undefined && labels.includes(step.label) && !step.label.startsWith("up-"))
      found.push(`two steps are called ${step.label}`);
    if (step.label !== undefined) labels.push(step.label);
  }
  return found;
}

const valid = (t: Test, subject: RegistryCase): void => {
  t.same(problems(subject), [], subject.title);
};

t.test("sequences are reproducible, valid, and shrink to few steps", async (t) => {
  const arbitrary = sequence(facts(all));
  assertGenerator(t, arbitrary);
  for (const subject of fc.sample(arbitrary, { seed: 3, numRuns: 200 })) t.same(problems(subject), []);
  const details = fc.check(
    fc.property(arbitrary, (subject) => !subject.steps.some((step) => isRequest(step) && step.method === "DELETE")),
    { seed: 1, numRuns: 2000 },
  );
  t.ok((details.counterexample?.[0].steps.length ?? 99) <= 4, "a deletion alone remains, and one other part");
});

t.test("every example makes valid cases, whatever the registry chose", async (t) => {
  for (const choices of [all, { push: true, ...none }, { ...all, chunkMinLength: 500 }]) {
    for (const { cases } of examples) {
      const made = cases(facts(choices));
      if ("unavailable" in made) t.ok(made.unavailable.length > 5);
      else for (const subject of fc.sample(made, { seed: 5, numRuns: 5 })) valid(t, subject);
    }
  }
  valid(t, minimalCase());
  valid(t, learningCase(true));
});

/** What is left of a case when each neighbour of which that holds is taken, and how many were tried on the way. */
function shrunkWhile(arbitrary: Arbitrary<RegistryCase>, holds: (subject: RegistryCase) => boolean) {
  let smallest = draw(arbitrary, 1).next().value;
  let tried = 0;
  for (let found = true; found; ) {
    found = false;
    for (const smaller of smallest.shrinks()) {
      tried++;
      if (!holds(smaller.case)) continue;
      smallest = smaller;
      found = true;
      break;
    }
  }
  return { clients: smallest.case.clients ?? [], tried };
}

t.test("cases of several clients shrink by dropping clients and their steps, from the smallest on", async (t) => {
  const clients = Array.from({ length: 16 }, (_, client) => Array.from({ length: 40 }, (_, step) => get(`/v2/${client}/${step}`)));
  const arbitrary = dropping(fc.constant(caseOf("many", {}, [], { clients })));
  assertGenerator(t, arbitrary);
  const has = (subject: RegistryCase, target: string): boolean =>
    stepsOf(subject).some((step) => isRequest(step) && step.target === target);
  const apart = shrunkWhile(arbitrary, (subject) => has(subject, "/v2/0/2") && has(subject, "/v2/8/3"));
  t.same(apart.clients, [clients[0]?.slice(0, 4), clients[8]?.slice(0, 4)]);
  const first = shrunkWhile(arbitrary, (subject) => has(subject, "/v2/0/0"));
  t.same(first.clients, [[get("/v2/0/0")], [get("/v2/8/0")]], "two clients are the least");
  const never = shrunkWhile(arbitrary, () => false);
  t.same(never.clients, clients);
  t.ok(never.tried < 12, "a search in vain is a short one");
});

t.test("an image that is there is only read", async (t) => {
  const contents = { m: { kind: "base64", bytes: "e30=" }, b: { kind: "base64", bytes: "AAAA" } } as const;
  const given = { repository: "lib/x", tag: "v1", manifest: "m", mediaType: "application/json", blobs: ["b"] };
  for (const subject of fc.sample(pullOnly(given, contents), { seed: 2, numRuns: 100 })) {
    valid(t, subject);
    t.ok(stepsOf(subject).every((step) => isRequest(step) && (step.method === "GET" || step.method === "HEAD")));
  }
});
