import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { xorshift128plus } from "pure-rand/generator/xorshift128plus";
import t from "tap";
import { learningCase } from "../../../generators/registry/learn.js";
import { FAULTS } from "../../../reference-registry/faults/index.js";
import { serve } from "../../../reference-registry/serve.js";
import type { RegistryCase } from "../../../runners/registry/case.js";
import { RegistryClient } from "../../../runners/registry/client.js";
import { CaseRun } from "../../../runners/registry/run-case.js";
import type { RegistryFacts } from "../../../runners/registry/target.js";
import { loadCatalogue } from "../../../spec/catalogue.js";
import { checks, examples } from "../../../suites/registry/index.js";
import { judge } from "../../../suites/registry/judge.js";
import { learn } from "../../../suites/registry/learn.js";

/*
 * Both directions of each check: the reference registry passes it, and with the fault that breaks its requirement it fails. What takes a
 * restart, credentials, or a server that hangs is left to `npm run selftest:registry`.
 */

const work = mkdtempSync(join(tmpdir(), "oci-conform-faults-"));
t.teardown(() => rmSync(work, { recursive: true, force: true }));

const LEFT_OUT = /restart|^crash-|^hang-|unauthorized|expect-ignored|tag-reads-stale|connection-out-of-step|rest-of-refused|lost/;

let number = 0;

/** The verdicts of one requirement's examples, and of one example in the other direction. */
async function verdicts(requirement: string, release: string, fault: string | undefined): Promise<readonly string[]> {
  const dir = join(work, String(++number));
  const registry = await serve({ dir, durable: false, tagOrder: "caseless", ...(fault === undefined ? {} : { fault }) });
  const client = new RegistryClient({ url: registry.url, namespace: "t", timeoutMs: 5000, maxBody: 1 << 26 }, 16);
  try {
    let count = 0;
    const run = (subject: RegistryCase) => new CaseRun(client, subject, `t/c${++count}`, undefined).run();
    const choices = learn(await run(learningCase(true)));
    const facts: RegistryFacts = { release, choices, apis: ["pull", "push", "discovery", "management"], ours: false };
    const found: string[] = [];
    for (const [at, { aims, cases }] of examples.entries()) {
      if (!aims.includes(requirement)) continue;
      const made = cases(facts);
      if ("unavailable" in made) continue;
      for (let draw = 0; draw < 3 && !found.includes("fail"); draw++) {
        const subject = { ...made.generate(new fc.Random(xorshift128plus(7 + 100 * at + draw)), undefined).value, aims };
        const outcome = judge(checks, subject, await run(subject), facts).get(requirement);
        found.push(outcome?.verdict === "error" ? outcome.message : (outcome?.verdict ?? "nothing"));
      }
    }
    return found;
  } finally {
    await client.close();
    await registry.close();
  }
}

t.test("each fault is noticed by its own requirement, which the registry without a fault passes", async (t) => {
  const catalogue = await loadCatalogue("distribution");
  const passed = new Map<string, readonly string[]>();
  for (const { name, requirement } of FAULTS) {
    if (LEFT_OUT.test(name)) continue;
    const release = catalogue.get(requirement)?.until ?? "head";
    const sound = passed.get(requirement) ?? (await verdicts(requirement, release, undefined));
    passed.set(requirement, sound);
    t.notOk(
      sound.some((verdict) => verdict !== "pass" && verdict !== "nothing" && verdict !== "skip"),
      `${requirement} without a fault: ${sound.join()}`,
    );
    const broken = await verdicts(requirement, release, name);
    t.ok(broken.includes("fail") || broken.length === 0, `${name} breaks ${requirement}: ${broken.join()}`);
  }
});
