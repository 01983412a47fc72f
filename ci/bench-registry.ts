/**
 * `node build/ci/bench-registry.js URL [REQUESTS]`: how many requests a second the harness makes of a registry, by generated sequences, with
 * one connection and with eight, in rounds that alternate; then whether memory stays flat over many requests.
 */
import fc from "fast-check";
import { xorshift128plus } from "pure-rand/generator/xorshift128plus";
import { registryOptions } from "../cli/registry-options.js";
import { RegistryTarget } from "../cli/registry-target.js";
import { sequence } from "../generators/registry/sequences.js";
import { inParallel } from "../runners/explore.js";
import type { RegistryFacts } from "../runners/registry/target.js";
import { checks } from "../suites/registry/index.js";
import { judge } from "../suites/registry/judge.js";

const ROUNDS = 5;
const CASES = 60;

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

async function main([url, many = "0"]: readonly string[]): Promise<number> {
  const options = url === undefined ? undefined : registryOptions(["--url", url]);
  if (!options) {
    process.stderr.write("usage: bench-registry URL [REQUESTS]\n");
    return 64;
  }
  const target = await RegistryTarget.open(options);
  try {
    const { facts } = await target.preflight(options);
    const rates = new Map<number, number[]>([
      [1, []],
      [8, []],
    ]);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [jobs, own] of rates) {
        const begun = performance.now();
        const count = await requests(target, facts, CASES, jobs, round);
        own.push((1000 * count) / (performance.now() - begun));
      }
    }
    for (const [jobs, own] of rates)
      process.stdout.write(`${jobs} at a time: ${median(own).toFixed(0)} requests/s (median of ${ROUNDS} rounds)\n`);
    for (let done = 0, part = 1; done < Number(many); part++) {
      done += await requests(target, facts, 400, 8, ROUNDS + part);
      process.stdout.write(`${done} requests: ${megabytes()} MB\n`);
    }
    return 0;
  } finally {
    await target.close();
  }
}

process.exitCode = await main(process.argv.slice(2));
