import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { xorshift128plus } from "pure-rand/generator/xorshift128plus";
import type { Test } from "tap";
import { learningCase } from "../../../generators/registry/learn.js";
import { serve } from "../../../reference-registry/serve.js";
import type { RegistryCase } from "../../../runners/registry/case.js";
import { RegistryClient } from "../../../runners/registry/client.js";
import type { RegistryObservation } from "../../../runners/registry/observation.js";
import { CaseRun } from "../../../runners/registry/run-case.js";
import type { RegistryFacts } from "../../../runners/registry/target.js";
import { checks, examples } from "../../../suites/registry/index.js";
import { judge } from "../../../suites/registry/judge.js";
import { learn } from "../../../suites/registry/learn.js";

type Send = RegistryClient["send"];

/** A bundled registry in this process, and cases carried out on it. */
export interface InProcess {
  readonly facts: RegistryFacts;
  readonly url: string;
  /** @param through stands between the case and the registry */
  run(subject: RegistryCase, through?: (send: Send) => Send): Promise<RegistryObservation>;
  /** The ids of what fails. */
  failing(subject: RegistryCase, observation: RegistryObservation): readonly string[];
  /** What fails, of whatever level. */
  failures(subject: RegistryCase, observation: RegistryObservation): readonly string[];
}

/** A case of each example that there is for a registry; the same for the same seed. */
export function casesOf(facts: RegistryFacts, seed: number): readonly RegistryCase[] {
  return examples.flatMap(({ aims, cases }, at) => {
    const made = cases(facts);
    if ("unavailable" in made) return [];
    return [{ ...made.generate(new fc.Random(xorshift128plus(seed + 1000 * at)), undefined).value, aims }];
  });
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
  const run: InProcess["run"] = (subject, through = (send) => send) => {
    const send = through((request) => client.send(request));
    return new CaseRun({ endpoint: client.endpoint, send }, subject, `t/c${++count}`, undefined).run();
  };
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
    failing: (subject, observation) =>
      [...judge(checks, subject, observation, facts)].flatMap(([id, { verdict }]) =>
        verdict === "fail" || verdict === "error" ? [id] : [],
      ),
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
