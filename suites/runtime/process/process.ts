/** config.md, "Process": the program, its environment, working directory and terminal. */
import fc from "fast-check";
import { oneOf } from "../../../generators/choices.js";
import { caseOf, minimalConfig } from "../../../generators/runtime/base.js";
import { DEV } from "../../../generators/runtime/filesystem/mounts.js";
import { isBelow } from "../../../generators/runtime/filesystem/paths.js";
import { CWDS } from "../../../generators/runtime/process/cwd.js";
import { TEXTS } from "../../../generators/runtime/process/env.js";
import { CONSOLE_SIZES } from "../../../generators/runtime/process/terminal.js";
import { oneText, someTexts } from "../../../generators/runtime/rows.js";
import { INSIDE_AGENT } from "../../../runners/runtime/case.js";
import type { ProbeReport } from "../../../runners/runtime/observation.js";
import type { Config, Process } from "../../../spec/runtime/config.js";
import { type ExplainedResult, equal, notApplicable, PASS } from "../../check.js";
import { rootTreeOf } from "../root-tree.js";
import { type Check, check, example, NO_REPORT, section, started, type View } from "../suite.js";

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

/** Judges what the program reported of itself by the config's `process`. */
export const checkProcess = (id: string, judge: (process: Process, probe: ProbeReport, view: View) => ExplainedResult): Check =>
  check(id, (view) => {
    if (view.container.configText !== undefined) return notApplicable("config.json is another one than the config");
    if (!view.config.process) return notApplicable("no process in the config");
    return view.probe ? judge(view.config.process, view.probe, view) : notApplicable(NO_REPORT);
  });

/** Entries `NAME=value` by name: the first one counts, as getenv has it. Entries without `=` have no name. */
function byName(env: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const entry of env) {
    const equals = entry.indexOf("=");
    if (equals > 0 && !values.has(entry.slice(0, equals))) values.set(entry.slice(0, equals), entry.slice(equals + 1));
  }
  return values;
}

/** Names of variables that are no identifiers of a shell, and others that somebody may take for something else. */
const NAMES = ["lower", "T.dot", "T-dash", "T space", "9digit", "_", "T\u00e9", "T".repeat(255)];

const unique = (env: readonly string[]): boolean => byName(env).size === env.length;

export default section("Process", [
  checkProcess("runtime.process.args", ({ args }, { argv }) => (args ? equal(argv, args) : notApplicable("no args in the config"))),
  check("runtime.process.args-path-search", (view) => {
    const [program] = view.config.process?.args ?? [];
    if (program === undefined || program.includes("/")) return notApplicable("no program in the config that is to be looked for in PATH");
    return view.start && started(view) && view.probe ? PASS : notApplicable(NO_REPORT);
  }),
  example(["runtime.process.args"], ({ target }) =>
    someTexts(TEXTS, 40, "argument").map((words) =>
      caseOf(withProcess(target.release, { args: [INSIDE_AGENT, "probe", ...words] }), { title: "a program with arguments" }),
    ),
  ),
  example(["runtime.process.args-path-search"], ({ target }) =>
    oneOf(["/.oci", "/nowhere:/.oci", "/bin:/.oci:/usr/bin", "/.oci/:/bin", "/.oci/../.oci"], "PATH").map((path) =>
      caseOf(withProcess(target.release, { args: ["agent"], env: [`PATH=${path}`] }), { title: "a program that is found in PATH" }),
    ),
  ),

  checkProcess("runtime.process.env", ({ env = [] }, probe) => {
    if (env.length === 0) return notApplicable("no env in the config");
    if (!unique(env)) return notApplicable("a variable that is configured twice, or has no name");
    // A runtime may add variables; those that are configured must be there, with their values.
    const variables = byName(probe.env);
    const configured = byName(env);
    const actual = Object.fromEntries([...configured.keys()].map((name) => [name, variables.get(name) ?? null]));
    return equal(actual, Object.fromEntries(configured));
  }),
  example(["runtime.process.env"], ({ target }) =>
    someTexts([...TEXTS.map((value, at) => `T_${at}=${value}`), ...NAMES.map((name) => `${name}=value`)], 60, "variable").map((env) =>
      caseOf(withProcess(target.release, { env: ["PATH=/.oci", ...env] }), { title: "an environment" }),
    ),
  ),
  example(["runtime.process.env"], ({ target }) =>
    fc.constant(caseOf(withProcess(target.release, { env: ["A=1"] }), { title: "an environment without PATH" })),
  ),

  checkProcess("runtime.process.cwd", ({ cwd }, probe, { container }) => {
    if (!cwd.startsWith("/")) return notApplicable("a working directory that is no absolute path");
    if (isBelow(cwd, "/proc")) return notApplicable("a working directory that leads through /proc");
    if (probe.cwd === null) return notApplicable("the program could not tell its working directory");
    const { path, climbs } = rootTreeOf(container).resolve(cwd);
    return climbs ? notApplicable("a working directory that is above the root") : equal(probe.cwd, path);
  }),
  example(["runtime.process.cwd"], ({ target }) =>
    oneText(CWDS, "working directory").map((cwd) => caseOf(withProcess(target.release, { cwd }), { title: "a working directory" })),
  ),

  checkProcess("runtime.process.terminal", ({ terminal }, { terminal: { stdin, stdout, stderr } }) =>
    terminal
      ? equal({ stdin, stdout, stderr }, { stdin: true, stdout: true, stderr: true })
      : notApplicable("the config asks for no terminal"),
  ),
  checkProcess("runtime.process.terminal-off-by-default", ({ terminal }, { terminal: { stdin, stdout, stderr } }) =>
    terminal
      ? notApplicable("the config asks for a terminal")
      : equal({ stdin, stdout, stderr }, { stdin: false, stdout: false, stderr: false }),
  ),
  checkProcess("runtime.process.console-size", ({ terminal, consoleSize: size }, { terminal: { rows, columns } }) =>
    terminal && size
      ? equal({ height: rows, width: columns }, { height: size.height, width: size.width })
      : notApplicable("no terminal with a consoleSize in the config"),
  ),
  checkProcess("runtime.process.console-size-ignored-without-terminal", ({ terminal, consoleSize: size }) =>
    size && !terminal ? PASS : notApplicable("no consoleSize without a terminal in the config"),
  ),
  example(["runtime.process.terminal"], ({ target }) => fc.constant(caseOf(withTerminal(target.release, {}), { title: "a terminal" }))),
  example(["runtime.process.console-size"], ({ target }) =>
    oneOf(CONSOLE_SIZES, "size").map((size) =>
      caseOf(withTerminal(target.release, { consoleSize: size }), { title: "a terminal of a certain size" }),
    ),
  ),
  example(["runtime.process.console-size-ignored-without-terminal", "runtime.process.terminal-off-by-default"], ({ target }) =>
    oneOf<Partial<Process>>([{}, { terminal: false }]).map((terminal) =>
      caseOf(withProcess(target.release, { ...terminal, consoleSize: { height: 24, width: 80 } }), {
        title: "a console size without a terminal",
      }),
    ),
  ),
]);
