import fc from "fast-check";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { DEV } from "../../../generators/runtime/filesystem/mounts.js";
import { cwd as anyCwd } from "../../../generators/runtime/process/cwd.js";
import { env as anyEnv, text } from "../../../generators/runtime/process/env.js";
import { consoleSize } from "../../../generators/runtime/process/terminal.js";
import { INSIDE_AGENT } from "../../../runners/runtime/case.js";
import type { Config, Process } from "../../../spec/runtime/config.js";
import { equal } from "../../check.js";
import { check, example, section, started, type View } from "../suite.js";

/** The minimal config with other properties of `process`. */
export const withProcess = (release: string, parts: Partial<Process>): Config => {
  const base = minimalConfig(release);
  return base.process ? { ...base, process: { ...base.process, ...parts } } : base;
};

/** With a terminal, and the mounts from which a runtime may take it. */
const withTerminal = (release: string, parts: Partial<Process>): Config => {
  const base = withProcess(release, { terminal: true, ...parts });
  return { ...base, mounts: [...(base.mounts ?? []), ...DEV] };
};

/** The configured process, if the probe ran as it and could say so. */
export const observed = (view: View) =>
  view.probe && view.config.process && view.container.configText === undefined
    ? { inside: view.probe, process: view.config.process }
    : undefined;

/** Entries `NAME=value` by name: the first one counts, as getenv has it. Entries without `=` have no name. */
function byName(env: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const entry of env) {
    const equals = entry.indexOf("=");
    if (equals > 0 && !values.has(entry.slice(0, equals))) values.set(entry.slice(0, equals), entry.slice(equals + 1));
  }
  return values;
}

const unique = (env: readonly string[]): boolean => byName(env).size === env.length;

export default section("Process", [
  check("runtime.process.args", (view) => {
    const seen = observed(view);
    return seen?.process.args && equal(seen.inside.argv, seen.process.args);
  }),
  check("runtime.process.args-path-search", (view) => {
    const [program] = view.config.process?.args ?? [];
    if (program === undefined || program.includes("/") || !view.start) return undefined;
    return started(view) && view.probe ? { verdict: "pass" } : undefined;
  }),
  example(["runtime.process.args"], ({ target }) =>
    fc.array(text(), { maxLength: 5 }).map((rest) =>
      caseOf(withProcess(target.release, { args: [INSIDE_AGENT, ...rest.map((word) => `-${word}`)] }), {
        title: "a program with arguments",
      }),
    ),
  ),
  example(["runtime.process.args-path-search"], ({ target }) =>
    fc
      .constantFrom("/.oci", "/nowhere:/.oci", "/bin:/.oci:/usr/bin")
      .map((path) =>
        caseOf(withProcess(target.release, { args: ["agent"], env: [`PATH=${path}`] }), { title: "a program that is found in PATH" }),
      ),
  ),

  check("runtime.process.env", (view) => {
    const seen = observed(view);
    if (!seen?.process.env || seen.process.env.length === 0 || !unique(seen.process.env)) return undefined;
    // A runtime may add variables; those that are configured must be there, with their values.
    const got = byName(seen.inside.env);
    const wanted = byName(seen.process.env);
    const actual = Object.fromEntries([...wanted.keys()].map((name) => [name, got.get(name) ?? null]));
    return equal(actual, Object.fromEntries(wanted));
  }),
  example(["runtime.process.env"], ({ target }) =>
    anyEnv().map((env) =>
      caseOf(withProcess(target.release, { env: ["PATH=/.oci", ...env.filter((entry) => !entry.startsWith("PATH="))] }), {
        title: "an environment",
      }),
    ),
  ),
  example(["runtime.process.env"], ({ target }) =>
    fc.constant(caseOf(withProcess(target.release, { env: ["A=1"] }), { title: "an environment without PATH" })),
  ),

  check("runtime.process.cwd", (view) => {
    const seen = observed(view);
    if (!seen || seen.inside.cwd === null || !seen.process.cwd.startsWith("/")) return undefined;
    const wanted = seen.process.cwd === "/" ? "/" : seen.process.cwd.replace(/\/+$/, "");
    return equal(seen.inside.cwd, wanted);
  }),
  example(["runtime.process.cwd"], ({ target }) =>
    anyCwd().map((cwd) => caseOf(withProcess(target.release, { cwd }), { title: "a working directory" })),
  ),

  check("runtime.process.terminal", (view) => {
    const seen = observed(view);
    if (!seen?.process.terminal) return undefined;
    const { stdin, stdout, stderr } = seen.inside.terminal;
    return equal({ stdin, stdout, stderr }, { stdin: true, stdout: true, stderr: true });
  }),
  check("runtime.process.terminal-off-by-default", (view) => {
    const seen = observed(view);
    if (!seen || seen.process.terminal) return undefined;
    const { stdin, stdout, stderr } = seen.inside.terminal;
    return equal({ stdin, stdout, stderr }, { stdin: false, stdout: false, stderr: false });
  }),
  check("runtime.process.console-size", (view) => {
    const seen = observed(view);
    if (!seen?.process.terminal || !seen.process.consoleSize) return undefined;
    const { rows, columns } = seen.inside.terminal;
    const { height, width } = seen.process.consoleSize;
    return equal({ height: rows, width: columns }, { height, width });
  }),
  check("runtime.process.console-size-ignored-without-terminal", (view) => {
    const seen = observed(view);
    if (!seen?.process.consoleSize || seen.process.terminal) return undefined;
    return { verdict: "pass" };
  }),
  example(["runtime.process.terminal"], ({ target }) => fc.constant(caseOf(withTerminal(target.release, {}), { title: "a terminal" }))),
  example(["runtime.process.console-size"], ({ target }) =>
    consoleSize().map((size) => caseOf(withTerminal(target.release, { consoleSize: size }), { title: "a terminal of a certain size" })),
  ),
  example(["runtime.process.console-size-ignored-without-terminal", "runtime.process.terminal-off-by-default"], ({ target }) =>
    fc
      .tuple(consoleSize(), fc.constantFrom<Partial<Process>>({}, { terminal: false }))
      .map(([size, terminal]) =>
        caseOf(withProcess(target.release, { ...terminal, consoleSize: size }), { title: "a console size without a terminal" }),
      ),
  ),
]);
