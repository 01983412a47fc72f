/**
 * `node build/ci/bench-registry.js URL [REQUESTS] [PROGRAM]`: how many requests a second the harness makes of a registry, one case at a time and
 * eight, in rounds that alternate: by generated sequences, and by whole default runs. Then whether memory stays flat over many requests. With a
 * PROGRAM, the distribution spec's own conformance program as built by Go, the wall times of default and quick runs as multiples of its.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import fc from "fast-check";
import { xorshift128plus } from "pure-rand/generator/xorshift128plus";
import { registryOptions } from "../cli/commands/registry/options.js";
import { RegistryTarget } from "../cli/commands/registry/target.js";
import { sequence } from "../generators/registry/sequences.js";
import type { Results } from "../reports/results/results.js";
import { inParallel } from "../runners/explore.js";
import type { RegistryFacts } from "../runners/registry/target.js";
import { checks } from "../suites/registry/index.js";
import { judge } from "../suites/registry/judge.js";

const JOBS = [1, 8] as const;
const ROUNDS = 5;
const CASES = 60;
/** Rounds of whole runs, which take some ten seconds each. */
const WHOLE = 3;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const megabytes = (): number => {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().rss / 1e6);
};

/** Carries generated cases out and judges them; how many requests that took. */
async function requests(target: RegistryTarget, facts: RegistryFacts, cases: number, jobs: number, seed: number): Promise<number> {
  const arbitrary = sequence(facts);
  const seeds = Array.from({ length: cases }, (_, at) => seed * 100_000 + at);
  let count = 0;
  await inParallel(seeds, jobs, new AbortController().signal, async (own) => {
    const subject = arbitrary.generate(new fc.Random(xorshift128plus(own)), undefined).value;
    const observation = await target.run(subject);
    judge(checks, subject, observation, facts);
    count += observation.exchanges.length;
  });
  return count;
}

/** Requests a second of a whole default run, without its start-up. */
async function wholeRun(url: string, jobs: number): Promise<number> {
  const out = mkdtempSync(join(tmpdir(), "oci-conform-bench-"));
  try {
    const report = join(out, "results.json");
    const main = fileURLToPath(new URL("../cli/main.js", import.meta.url));
    const args = ["registry", "--url", url, "--jobs", String(jobs), "--out", out, "--report", `json=${report}`];
    const env = { NODE_EXTRA_CA_CERTS: undefined };
    await execa(process.execPath, [main, ...args], { reject: false, stdout: "ignore", stderr: "inherit", env });
    const { requests = 0, durationMs } = JSON.parse(readFileSync(report, "utf8")) as Results;
    return (1000 * requests) / durationMs;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Seconds that a command takes, whatever comes of it. */
async function seconds(command: string, args: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<number> {
  const begun = performance.now();
  await execa(command, args, { reject: false, stdout: "ignore", stderr: "ignore", env: { NODE_EXTRA_CA_CERTS: undefined, ...env } });
  return (performance.now() - begun) / 1000;
}

/** Prints how long default and quick runs take beside the spec's own program, in rounds that alternate. */
async function besides(program: string, url: string): Promise<void> {
  const out = mkdtempSync(join(tmpdir(), "oci-conform-bench-"));
  const main = fileURLToPath(new URL("../cli/main.js", import.meta.url));
  const times = { program: [] as number[], whole: [] as number[], quick: [] as number[] };
  try {
    for (let round = 0; round < WHOLE; round++) {
      const own = (...more: string[]) =>
        seconds(process.execPath, [main, "registry", "--url", url, "--out", join(out, `${round}${more.join()}`), ...more], {});
      const repositories = { OCI_REPO1: `bench/one-${process.pid}-${round}`, OCI_REPO2: `bench/two-${process.pid}-${round}` };
      const env = { OCI_REGISTRY: new URL(url).host, OCI_TLS: "disabled", OCI_RESULTS_DIR: join(out, "results"), ...repositories };
      times.program.push(await seconds(program, [], env));
      times.whole.push(await own());
      times.quick.push(await own("--quick"));
    }
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
  const base = median(times.program);
  const told = ([what, values]: readonly [string, readonly number[]]): string =>
    `${what} ${median(values).toFixed(1)} s (${(median(values) / base).toFixed(2)} times the program)`;
  process.stdout.write(
    `the spec's program ${base.toFixed(1)} s, ${told(["a default run", times.whole])}, ${told(["a quick one", times.quick])}\n`,
  );
}

/** Measures each number of jobs so many times, in alternation, and prints the medians. */
async function compare(what: string, rounds: number, measure: (jobs: number, round: number) => Promise<number>): Promise<void> {
  const rates = new Map<number, number[]>(JOBS.map((jobs) => [jobs, []]));
  for (let round = 0; round < rounds; round++) for (const [jobs, own] of rates) own.push(await measure(jobs, round));
  for (const [jobs, own] of rates)
    process.stdout.write(`${what}, ${jobs} at a time: ${median(own).toFixed(0)} requests/s (median of ${rounds})\n`);
}

async function main([url, many = "0", program]: readonly string[]): Promise<number> {
  const options = url === undefined ? undefined : registryOptions(["--url", url]);
  if (url === undefined || !options) {
    process.stderr.write("usage: bench-registry URL [REQUESTS] [PROGRAM]\n");
    return 64;
  }
  const target = await RegistryTarget.open(options);
  try {
    const { facts } = target;
    await compare("generated sequences", ROUNDS, async (jobs, round) => {
      const begun = performance.now();
      const count = await requests(target, facts, CASES, jobs, round);
      return (1000 * count) / (performance.now() - begun);
    });
    await compare("whole default runs", WHOLE, (jobs) => wholeRun(url, jobs));
    for (let done = 0, part = 1; done < Number(many); part++) {
      done += await requests(target, facts, 400, 8, ROUNDS + part);
      process.stdout.write(`${done} requests: ${megabytes()} MB\n`);
    }
    if (program !== undefined) await besides(program, url);
    return 0;
  } finally {
    await target.close();
  }
}

process.exitCode = await main(process.argv.slice(2));
