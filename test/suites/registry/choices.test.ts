import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc, { type Arbitrary } from "fast-check";
import { xorshift128plus } from "pure-rand/generator/xorshift128plus";
import t from "tap";
import { learningCase } from "../../../generators/registry/learn.js";
import { sequence } from "../../../generators/registry/sequences.js";
import { CHOICES, type Choice } from "../../../reference-registry/choices.js";
import { serve } from "../../../reference-registry/serve.js";
import { inParallel } from "../../../runners/explore.js";
import type { RegistryCase } from "../../../runners/registry/case.js";
import { RegistryClient } from "../../../runners/registry/client.js";
import { CaseRun } from "../../../runners/registry/run-case.js";
import { Settling } from "../../../runners/registry/settle.js";
import type { RegistryFacts } from "../../../runners/registry/target.js";
import { loadCatalogue } from "../../../spec/catalogue.js";
import { isBehind } from "../../../suites/registry/behind.js";
import { checks, examples, registrySuite } from "../../../suites/registry/index.js";
import { judge } from "../../../suites/registry/judge.js";
import { learn } from "../../../suites/registry/learn.js";

/*
 * What the spec leaves to a registry is no finding: the reference registry is judged as it is, and with each of its choices made otherwise,
 * by the examples of all requirements and by sequences.
 */

const SEQUENCES = 20;

const work = mkdtempSync(join(tmpdir(), "oci-conform-choices-"));
t.setTimeout(0);
t.teardown(() => rmSync(work, { recursive: true, force: true }));

let number = 0;
const catalogue = await loadCatalogue("distribution");

/** What fails, with the case that shows it. */
async function findings(release: string, choice: Choice | undefined): Promise<string[]> {
  const dir = join(work, String(++number));
  const tagOrder = release === "head" ? "bytes" : "caseless";
  const registry = await serve({ dir, durable: false, tagOrder, ...(choice === undefined ? {} : { choice: choice.name }) });
  const client = new RegistryClient({ url: registry.url, namespace: "t", timeoutMs: 10_000, maxBody: 1 << 26 }, 64);
  try {
    let count = 0;
    const settling = new Settling(10_000, isBehind);
    const run = (subject: RegistryCase) => new CaseRun(client, subject, `t/c${++count}`, undefined, { settling }).run();
    const facts: RegistryFacts = {
      release,
      choices: learn(await run(learningCase(true))),
      apis: ["pull", "push", "discovery", "management"],
      ours: false,
    };
    const cases = examples.flatMap(({ aims, cases: from }) => {
      const made = from(facts);
      return "unavailable" in made ? [] : [{ ids: aims, made }];
    });
    const all: { ids: readonly string[]; made: Arbitrary<RegistryCase> }[] = [
      ...cases,
      ...Array.from({ length: SEQUENCES }, () => ({ ids: [], made: sequence(facts) })),
    ];
    const found: string[] = [];
    await inParallel(all.entries(), 8, new AbortController().signal, async ([at, { ids, made }]) => {
      const subject = { ...made.generate(new fc.Random(xorshift128plus(100 * number + at)), undefined).value, aims: ids };
      for (const [id, outcome] of judge(checks, subject, await run(subject), facts)) {
        const requirement = catalogue.get(id);
        if (requirement && registrySuite.notApplicable(requirement, facts) !== undefined) continue;
        if (outcome.verdict === "fail" && !choice?.against?.includes(id))
          found.push(`${id}: ${subject.title}: ${outcome.note ?? ""} ${JSON.stringify(outcome.actual)}`);
        if (outcome.verdict === "error") found.push(`${id}: ${outcome.message}`);
      }
    });
    return found;
  } finally {
    await client.close();
    await registry.close();
  }
}

t.test("as it is, the reference registry does what each release says", async (t) => {
  for (const release of ["1.0.1", "1.1.1", "head"]) t.same(await findings(release, undefined), [], release);
});

for (const choice of CHOICES) {
  t.test(`${choice.name} is no finding`, async (t) => {
    t.same(await findings("head", choice), []);
    for (const id of choice.against ?? []) t.equal(catalogue.get(id)?.level, "SHOULD", id);
  });
}
