import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Test } from "tap";
import { learningCase } from "../../../generators/registry/learn.js";
import { serve } from "../../../reference-registry/serve.js";
import type { RegistryCase } from "../../../runners/registry/case.js";
import { RegistryClient } from "../../../runners/registry/client.js";
import type { RegistryObservation } from "../../../runners/registry/observation.js";
import { CaseRun } from "../../../runners/registry/run-case.js";
import type { RegistryFacts } from "../../../runners/registry/target.js";
import { checks } from "../../../suites/registry/index.js";
import { judge } from "../../../suites/registry/judge.js";
import { learn } from "../../../suites/registry/learn.js";

/** A bundled registry in this process, and cases carried out on it. */
export interface InProcess {
  readonly facts: RegistryFacts;
  readonly url: string;
  run(subject: RegistryCase): Promise<RegistryObservation>;
  /** What fails, of whatever level. */
  failures(subject: RegistryCase, observation: RegistryObservation): readonly string[];
}

/** Starts a bundled registry for the time of a test. */
export async function inProcess(t: Test, options: { readonly release?: string; readonly fault?: string } = {}): Promise<InProcess> {
  const dir = mkdtempSync(join(tmpdir(), "oci-conform-in-process-"));
  const { release = "head", fault } = options;
  const registry = await serve({
    dir,
    durable: false,
    tagOrder: release === "head" ? "bytes" : "caseless",
    ...(fault === undefined ? {} : { fault }),
  });
  const client = new RegistryClient({ url: registry.url, namespace: "t", timeoutMs: 10_000, maxBody: 1 << 26 }, 32);
  t.teardown(async () => {
    await client.close();
    await registry.close();
    rmSync(dir, { recursive: true, force: true });
  });
  let count = 0;
  const run = (subject: RegistryCase) => new CaseRun(client, subject, `t/c${++count}`, undefined).run();
  const facts: RegistryFacts = {
    release,
    choices: learn(await run(learningCase(true))),
    apis: ["pull", "push", "discovery", "management"],
    ours: false,
  };
  return {
    facts,
    url: registry.url,
    run,
    failures: (subject, observation) =>
      [...judge(checks, subject, observation, facts)].flatMap(([id, outcome]) =>
        outcome.verdict === "fail"
          ? [`${id}: ${outcome.note ?? ""} ${JSON.stringify(outcome.expected)} ${JSON.stringify(outcome.actual)}`]
          : outcome.verdict === "error"
            ? [`${id}: ${outcome.message}`]
            : [],
      ),
  };
}
