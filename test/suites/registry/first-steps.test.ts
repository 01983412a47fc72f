import { join } from "node:path";
import t from "tap";
import { minimalCase } from "../../../generators/registry/learn.js";
import { CHOICES } from "../../../reference-registry/choices.js";
import { FAULTS } from "../../../reference-registry/faults/index.js";
import { serve } from "../../../reference-registry/serve.js";
import { RegistryClient } from "../../../runners/registry/client.js";
import { CaseRun } from "../../../runners/registry/run-case.js";
import type { RegistryFacts } from "../../../runners/registry/target.js";
import { unfit } from "../../../suites/registry/first-steps.js";
import { checks } from "../../../suites/registry/index.js";

/*
 * Whatever is wrong with a registry, and whatever it chose, the first steps let it be judged. What lets nothing be judged is in
 * test/cli/commands/registry/targets.test.ts.
 */

const FACTS: RegistryFacts = { release: "head", choices: { push: true }, apis: ["pull", "push", "discovery", "management"], ours: false };

/** What the first steps say of a registry. */
async function said(dir: string, more: { readonly fault?: string; readonly choice?: string }): Promise<string | undefined> {
  const registry = await serve({ dir, durable: false, ...more });
  const client = new RegistryClient({ url: registry.url, namespace: "t", timeoutMs: 5000, maxBody: 1 << 26 }, 4);
  try {
    const subject = minimalCase();
    return unfit(checks, subject, await new CaseRun(client, subject, "t/c", undefined).run(true), FACTS)?.said;
  } finally {
    await client.close();
    await registry.close();
  }
}

t.test("a registry with a fault is judged", async (t) => {
  const dir = t.testdir();
  for (const [at, { name }] of FAULTS.entries()) t.equal(await said(join(dir, String(at)), { fault: name }), undefined, name);
});

t.test("a registry that chose otherwise is judged", async (t) => {
  const dir = t.testdir();
  for (const [at, { name }] of CHOICES.entries()) t.equal(await said(join(dir, String(at)), { choice: name }), undefined, name);
});
