/**
 * `npm run t -- FILE… [-- ARG…]`: runs tests by the paths of their sources, or by a part of a path that no other test has, with what they
 * need built. What follows `--`, and every option before it, is tap's.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCES = fileURLToPath(new URL("../..", import.meta.url));
const TEST = /\.test\.ts$/;

/** Parts of the build that `tsc` does not make, and tests may want. */
const BUILT = ["build/oci-ref", "build/agent", "build/spec/schemas/config.validator.cjs", "build/reference-runtime/front.bundle.js"];

/** The code of tap that is made for the plugins that package.json names. */
const TAP = "node_modules/@tapjs/test/test-built/dist/esm/index.js";

/** Whether tap was built for the plugins that package.json names: it comes with some that are turned off there. */
function isTapBuilt(): boolean {
  if (!isThere(TAP)) return false;
  const { tap } = JSON.parse(readFileSync(join(SOURCES, "package.json"), "utf8")) as { tap: { plugin: readonly string[] } };
  const code = readFileSync(join(SOURCES, TAP), "utf8");
  return tap.plugin.every((plugin) => plugin.startsWith("!") !== code.includes(`"${plugin.replace("!", "")}"`));
}

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

function main(args: readonly string[]): number {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  const files = own.filter((each) => !each.startsWith("-"));
  const options = [...own.filter((each) => each.startsWith("-")), ...(end < 0 ? [] : args.slice(end + 1))];
  const tests = allTests();
  let paths: readonly string[];
  try {
    if (files.length === 0) throw new Unknown("which test? npm run t -- FILE…, such as test/suites/runtime/process/process.test.ts");
    paths = files.map((file) => testOf(file, tests));
  } catch (thrown) {
    if (!(thrown instanceof Unknown)) throw thrown;
    process.stderr.write(`t: ${thrown.message}\n`);
    return 64;
  }
  const code = BUILT.every(isThere) ? run("npx", "tsc", "-p", ".") : run("npm", "run", "build", "--silent");
  if (code !== 0) return code;
  if (!isTapBuilt()) {
    const built = run("npx", "tap", "build");
    if (built !== 0) return built;
  }
  return run("npx", "tap", ...paths.map((path) => `build/${path.replace(/ts$/, "js")}`), ...options);
}

process.exitCode = main(process.argv.slice(2));
