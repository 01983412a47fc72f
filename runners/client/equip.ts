import { closeSync, existsSync, openSync, readSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Limits } from "../commands.js";
import { agentPath } from "../runtime/build-native.js";
import { resolveProgram } from "../runtime/preflight.js";
import { hiddenPlaces } from "./hidden.js";
import type { Equipped } from "./tool-run.js";
import type { ClientTool } from "./tools/tool.js";

/** Where programs are looked for, where nothing says it. */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What a program in a `bin` may need that lies beside that: libraries, and what makes it a virtual environment of Python. */
const BESIDE = ["lib", "lib64", "libexec", "pyvenv.cfg"];

/** An interpreter may be a script, whose interpreter may be one; Linux itself follows no more than a few. */
const DEEPEST = 4;

/** Where managers of versions (pyenv, rbenv, asdf, …) put programs that lead to the right one, which lies somewhere beside them. */
const SHIMS = "shims";

/** A program by its name, where it is found first. */
const inPath = (name: string): string | undefined =>
  (process.env.PATH || PATH)
    .split(":")
    .map((directory) => join(directory, name))
    .find((path) => existsSync(path));

/** The interpreter that a script names in its first line, by `env` or by its path; undefined where it is none. */
function interpreterOf(program: string): string | undefined {
  const fd = openSync(program, "r");
  try {
    const head = Buffer.alloc(256);
    const [, path, word] =
      /^#![ \t]*(\/\S+)(?:[ \t]+(?:-S[ \t]+)?([\w.-]+))?/.exec(head.subarray(0, readSync(fd, head)).toString("latin1")) ?? [];
    return path !== undefined && basename(path) === "env" && word !== undefined ? inPath(word) : path;
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}

/** Whatever of the machine a program cannot do without, should it lie where others' things are hidden. @param program an absolute path */
export function neededBy(program: string, depth = 0): readonly string[] {
  if (depth === DEEPEST || !existsSync(program)) return [];
  const paths = [...new Set([program, realpathSync(program)])];
  const beside = paths
    .filter((path) => basename(dirname(path)) === "bin")
    .flatMap((path) => BESIDE.map((name) => join(dirname(path), "..", name)).filter((each) => existsSync(each)));
  const managers = paths.filter((path) => basename(dirname(path)) === SHIMS).map((path) => dirname(dirname(path)));
  const interpreter = interpreterOf(program);
  return [...new Set([...paths, ...beside, ...managers, ...(interpreter === undefined ? [] : neededBy(interpreter, depth + 1))])];
}

/** Finds all that a tool needs. @throws UsageError where a program, or the agent, is not there */
export function equip(tool: ClientTool, limits: Limits): Equipped {
  agentPath();
  const program = resolveProgram(tool.program, "--tool");
  const needs = (tool.needs ?? []).map((each) => resolveProgram(each, `--tool ${tool.name} needs`));
  return {
    tool,
    program,
    path: process.env.PATH || PATH,
    hidden: hiddenPlaces(process.env),
    exposed: [...[program, ...needs].flatMap((each) => neededBy(each)), ...(tool.exposes ?? [])],
    limits,
  };
}
