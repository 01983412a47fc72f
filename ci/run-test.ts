/**
 * `npm run t -- FILE…`: runs tests by the paths of their sources, or by a part of a path that no other test has, with what they need built.
 * `--all` runs all of them as they are built, `--bail` stops at the first failure, `--jobs N` (2) runs so many files at the same time.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type FileResult, runFiles, withoutPasses } from "./test-files.js";

const SOURCES = fileURLToPath(new URL("../..", import.meta.url));
const TEST = /\.test\.ts$/;

/** Parts of the build that `tsc` does not make, and tests may want. */
const BUILT = ["build/oci-ref", "build/agent", "build/spec/schemas/config.validator.cjs", "build/reference-runtime/front.bundle.js"];

/** Those that take the most by far begin first, so that none is left alone at the end. */
const LONG = ["suites/registry/choices", "ci/soak", "cli/commands/image/tool", "cli/commands/run", "cli/commands/image/image"];

class Unknown extends Error {}

const isThere = (path: string): boolean => existsSync(join(SOURCES, path));

/** The paths of all tests, from the root of the sources. */
const allTests = (): readonly string[] =>
  readdirSync(join(SOURCES, "test"), { recursive: true, encoding: "utf8" })
    .filter((path) => TEST.test(path))
    .map((path) => join("test", path))
    .sort();

/** The test that is meant. @throws Unknown with what might have been */
function testOf(asked: string, tests: readonly string[]): string {
  const source = asked.replace(/^(?:\.\/)?build\//, "").replace(/\.js$/, ".ts");
  const here = relative(SOURCES, resolve(process.env.INIT_CWD ?? process.cwd(), source));
  for (const path of [here, source]) if (tests.includes(path)) return path;
  const parted = tests.filter((path) => path.includes(source));
  const [only] = parted;
  if (only !== undefined && parted.length === 1) return only;
  if (parted.length > 1) throw new Unknown(`${asked} may be any of these:\n${listed(parted)}`);
  const name = source.replace(/^.*\//, "").replace(/(?:\.test)?\.ts$/, "");
  const like = tests.filter((path) => name !== "" && path.includes(name));
  throw new Unknown(
    `there is no test ${asked}${like.length > 0 ? `; these have a similar name:\n${listed(like)}` : ", nor one whose path has it"}`,
  );
}

const MAX_LISTED = 15;
const listed = (paths: readonly string[]): string =>
  [
    ...paths.slice(0, MAX_LISTED).map((path) => `  ${path}`),
    ...(paths.length > MAX_LISTED ? [`  and ${paths.length - MAX_LISTED} more`] : []),
  ].join("\n");

/** Runs a command to its end. @returns its exit code */
function run(...[program, ...args]: readonly [string, ...string[]]): number {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const { status, error } = spawnSync(program, args, { cwd: SOURCES, stdio: "inherit", env });
  if (error) process.stderr.write(`t: ${program}: ${error.message}\n`);
  return status ?? 70;
}

/** How many files run at the same time. @throws Unknown when it is no number */
function jobsOf(text = "2"): number {
  if (!/^[1-9]\d?$/.test(text)) throw new Unknown(`--jobs ${text}: it must be a number from 1 to 99`);
  return Number(text);
}

const builtOf = (path: string): string => `build/${path.replace(/ts$/, "js")}`;

const sourceOf = (path: string): string => path.replace(/^build\//, "").replace(/js$/, "ts");

const longFirst = (paths: readonly string[]): readonly string[] => {
  const isLong = (path: string): boolean => LONG.some((part) => path === `test/${part}.test.ts`);
  return [...paths.filter(isLong), ...paths.filter((path) => !isLong(path))];
};

/** Says how a file ended, and of a failure all that is not right. */
function tell({ path, ok, passed, failed, seconds, output }: FileResult): void {
  const source = sourceOf(path);
  process.stdout.write(`${ok ? "ok    " : "FAILED"} ${seconds.toFixed(1).padStart(6)} s ${String(passed).padStart(6)}  ${source}\n`);
  if (!ok) process.stdout.write(`${failed} failed in ${source}:\n${withoutPasses(output)}\n`);
}

/** Runs the tests, and sums up. @returns the exit code */
async function runTests(paths: readonly string[], jobs: number, bail: boolean): Promise<number> {
  const results = await runFiles(paths.map(builtOf), { jobs, bail, onEnd: tell });
  const failed = results.filter(({ ok }) => !ok);
  const skipped = results.flatMap(({ path, skipped }) => skipped.map((what) => `  ${sourceOf(path)}: ${what}\n`));
  if (skipped.length > 0) process.stdout.write(`skipped:\n${skipped.join("")}`);
  const passed = results.reduce((sum, each) => sum + each.passed, 0);
  process.stdout.write(
    `${results.length} files, ${passed} assertions held, ${skipped.length} tests skipped, ${failed.length} files failed\n`,
  );
  for (const { path } of failed) process.stdout.write(`  ${sourceOf(path)}\n`);
  return failed.length > 0 || results.length < paths.length ? 1 : 0;
}

interface Asked {
  readonly all: boolean;
  readonly bail: boolean;
  readonly jobs: number;
  readonly paths: readonly string[];
}

/** @throws Unknown when no such test is meant, TypeError of an option that is none */
function asked(args: readonly string[]): Asked {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { all: { type: "boolean" }, bail: { type: "boolean" }, jobs: { type: "string" } },
    allowPositionals: true,
  });
  const { all = false, bail = false } = values;
  if (!all && positionals.length === 0)
    throw new Unknown("which test? npm run t -- FILE…, such as test/suites/runtime/process/process.test.ts");
  const tests = allTests();
  return { all, bail, jobs: jobsOf(values.jobs), paths: all ? longFirst(tests) : positionals.map((file) => testOf(file, tests)) };
}

async function main(args: readonly string[]): Promise<number> {
  let request: Asked;
  try {
    request = asked(args);
  } catch (thrown) {
    if (!(thrown instanceof Unknown || thrown instanceof TypeError)) throw thrown;
    process.stderr.write(`t: ${thrown.message}\n`);
    return 64;
  }
  if (!request.all) {
    const code = BUILT.every(isThere) ? run("npx", "tsc", "-p", ".") : run("npm", "run", "build", "--silent");
    if (code !== 0) return code;
  }
  return runTests(request.paths, request.jobs, request.bail);
}

process.exitCode = await main(process.argv.slice(2));
