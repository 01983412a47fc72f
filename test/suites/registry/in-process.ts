import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { xorshift128plus } from "pure-rand/generator/xorshift128plus";
import type { Test } from "tap";
import { learningCase } from "../../../generators/registry/learn.js";
import type { Need } from "../../../reference-registry/faults/fault.js";
import { faultNamed } from "../../../reference-registry/faults/index.js";
import { serve } from "../../../reference-registry/serve.js";
import { collectGarbage } from "../../../reference-registry/store/collect.js";
import { openStore } from "../../../reference-registry/store/load.js";
import type { Outcome } from "../../../runners/outcome.js";
import type { RegistryCase } from "../../../runners/registry/case.js";
import { RegistryClient } from "../../../runners/registry/client.js";
import type { RegistryObservation } from "../../../runners/registry/observation.js";
import { CaseRun, type Restarter } from "../../../runners/registry/run-case.js";
import type { Settling } from "../../../runners/registry/settle.js";
import type { Choices, RegistryFacts } from "../../../runners/registry/target.js";
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
  /** What each requirement that the case exercises comes to. */
  outcomes(subject: RegistryCase, observation: RegistryObservation): ReadonlyMap<string, Outcome>;
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

/** How a bundled registry in this process differs from the usual one. */
export interface InProcessOptions {
  /** What it is judged by; head when not given. */
  readonly release?: string;
  /** The name of a seeded fault. */
  readonly fault?: string;
  /** The name of a choice that is made otherwise. */
  readonly choice?: string;
  /** What a fault needs to show: it then can be restarted, asks for credentials, or gets little time for an answer. */
  readonly needs?: Need | undefined;
  /** What is known of its choices already; else it is asked for them. */
  readonly choices?: (learnt: Choices) => Choices;
  /** Whether manifests of several megabytes are tried, to learn whether there is a limit. */
  readonly large?: boolean;
  readonly settling?: Settling;
}

/** A bundled registry that somebody has to close. */
export interface OpenInProcess extends InProcess {
  close(): Promise<void>;
}

/** Milliseconds for an answer: so many that no load makes it late, unless its absence is what is waited for. */
const PATIENCE = 20_000;
const IMPATIENCE = 1_000;

const CREDENTIALS = { user: "tester", password: "not a secret" };

/** Starts a bundled registry for the time of a test. */
export async function inProcess(t: Test, options: InProcessOptions = {}): Promise<InProcess> {
  const opened = await openInProcess(options);
  t.teardown(() => opened.close());
  return opened;
}

/** Starts a bundled registry, and learns what it chose. */
export async function openInProcess({ release = "head", fault, choice, needs, ...options }: InProcessOptions): Promise<OpenInProcess> {
  const dir = mkdtempSync(join(tmpdir(), "oci-conform-in-process-"));
  const start = (port?: number) =>
    serve({
      dir,
      durable: false,
      tagOrder: release === "head" ? "bytes" : "caseless",
      ...(port === undefined ? {} : { port }),
      ...(needs === "addresses" ? { morePorts: [0] } : {}),
      ...(fault === undefined ? {} : { fault }),
      ...(choice === undefined ? {} : { choice }),
      ...(needs === "auth" ? { auth: { kind: "basic", ...CREDENTIALS } } : {}),
    });
  let registry = await start();
  const { url, others } = registry;
  const endpoint = { url, others, namespace: "t", timeoutMs: needs === "timeout" ? IMPATIENCE : PATIENCE, maxBody: 1 << 26 };
  const client = new RegistryClient({ ...endpoint, ...(needs === "auth" ? { credentials: CREDENTIALS } : {}) }, 64);
  const restarter: Restarter = {
    crashed: undefined,
    restart: async () => {
      await registry.close();
      registry = await start(Number(new URL(url).port));
    },
  };
  const collected = async (): Promise<undefined> => {
    await registry.close();
    await collectGarbage(await openStore(dir, false), fault === undefined ? [] : faultNamed(fault).neglects);
    registry = await start(Number(new URL(url).port));
  };
  let count = 0;
  const { settling } = options;
  const run: InProcess["run"] = (subject, through = (send) => send) => {
    const send = through((request) => client.send(request));
    const server = needs === "restart" ? restarter : undefined;
    const collect = needs === "collection" ? collected : undefined;
    return new CaseRun({ endpoint: client.endpoint, send }, subject, `t/c${++count}`, server, { settling, collect }).run();
  };
  const learnt = learn(await run(learningCase(options.large ?? true)));
  const facts: RegistryFacts = {
    release,
    choices: options.choices?.(learnt) ?? learnt,
    apis: ["pull", "push", "discovery", "management"],
    ours: needs === "restart",
    ...(needs === "collection" ? { collects: true } : {}),
    ...(others.length > 0 ? { addresses: 1 + others.length } : {}),
  };
  return {
    facts,
    url,
    run,
    outcomes: (subject, observation) => judge(checks, subject, observation, facts),
    close: async () => {
      await client.close();
      await registry.close();
      rmSync(dir, { recursive: true, force: true });
    },
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
