/** What surrounds a program that a good config starts: its name, its environment, its working directory, its standard streams. */
import { oneOf } from "../../../generators/choices.js";
import { caseOf } from "../../../generators/runtime/base.js";
import { whyNoDeviceNodes } from "../../../generators/runtime/host.js";
import { ABSOLUTE, INSIDE, LINK_OUT, NOWHERE, OUTSIDE, THROUGH, type Way } from "../../../generators/runtime/odd-places.js";
import { create, lifecycle } from "../../../generators/runtime/steps.js";
import { type FileEntry, INSIDE_AGENT, type RuntimeCase, type Step } from "../../../runners/runtime/case.js";
import type { RuntimeFacts } from "../../../runners/runtime/facts.js";
import { withProcess } from "../process/process.js";
import { type Example, example, unavailableIf } from "../suite.js";

/** A program, how it is named and where it is. */
interface Program {
  readonly arg: string;
  readonly env?: readonly string[];
  readonly cwd?: string;
  readonly files: readonly FileEntry[];
}

const agent = (path: string): FileEntry => ({ kind: "agent", path });
const dir = (path: string): FileEntry => ({ kind: "dir", path });
const AGENT = [dir("opt/bin"), agent("opt/bin/agent")];

const PROGRAMS: Readonly<Record<string, Program>> = {
  "a name that begins with a dot": { arg: ".agent", env: ["PATH=/opt/bin"], files: [dir("opt/bin"), agent("opt/bin/.agent")] },
  "a name of dots": { arg: "...", env: ["PATH=/opt/bin"], files: [dir("opt/bin"), agent("opt/bin/...")] },
  "a name with a space": { arg: "an agent", env: ["PATH=/opt/bin"], files: [dir("opt/bin"), agent("opt/bin/an agent")] },
  "a name that begins with a dash": { arg: "-agent", env: ["PATH=/opt/bin"], files: [dir("opt/bin"), agent("opt/bin/-agent")] },
  "in the second directory of PATH": { arg: "agent", env: ["PATH=/opt/none:/opt/bin"], files: AGENT },
  "after a file that cannot be executed": {
    arg: "agent",
    env: ["PATH=/opt/first:/opt/bin"],
    files: [...AGENT, dir("opt/first"), { kind: "file", path: "opt/first/agent", mode: 0o644 }],
  },
  "after a directory of that name": { arg: "agent", env: ["PATH=/opt/first:/opt/bin"], files: [...AGENT, dir("opt/first/agent")] },
  "after a file in the place of a directory": {
    arg: "agent",
    env: ["PATH=/opt/first.txt:/opt/bin"],
    files: [...AGENT, { kind: "file", path: "opt/first.txt" }],
  },
  "by a link": { arg: "agent", env: ["PATH=/opt/way"], files: [...AGENT, { kind: "symlink", path: "opt/way", target: "bin" }] },
  "in the working directory, by an empty element of PATH": { arg: "agent", env: ["PATH=:/opt/none"], cwd: "/opt/bin", files: AGENT },
  "by a path from the working directory": { arg: "./agent", cwd: "/opt/bin", files: AGENT },
  "by a path further down": { arg: "bin/agent", cwd: "/opt", files: AGENT },
};

/** Each of these is a valid environment. */
const ENVIRONMENTS: Readonly<Record<string, readonly string[]>> = {
  HOME: ["HOME=/opt"],
  "HOME that is empty": ["HOME="],
  "a value that is empty": ["A=", "B=1"],
  "a value with = and a line break": ["A=b=c\nd"],
  "a variable twice": ["A=1", "B=2", "A=3"],
  "no PATH": ["A=1"],
};

const startOf = ({ target }: RuntimeFacts, name: string): RuntimeCase => {
  const { arg = INSIDE_AGENT, env, cwd, files = [] } = PROGRAMS[name] ?? {};
  const config = withProcess(target.release, { args: [arg, "-x"], ...(env ? { env } : {}), ...(cwd === undefined ? {} : { cwd }) });
  return caseOf(config, { title: `a program ${name.startsWith("a ") ? `with ${name}` : `found ${name}`}`, rootfs: files });
};

/** A link in the place of the working directory. */
const WAYS: readonly Way[] = [INSIDE, ABSOLUTE, THROUGH, LINK_OUT, NOWHERE];

/** Where the kernel has links of its own, to whatever a process has open: to a directory of the host, where a runtime has left one. */
const MAGIC: readonly string[] = [
  ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((fd) => `/proc/self/fd/${fd}`),
  "/proc/self/fd/7/../..",
  "/proc/self/cwd",
  "/proc/1/root",
];

const linkedCwd = (facts: RuntimeFacts, name: string): RuntimeCase => {
  const way = WAYS.find((each) => each.name === name) ?? INSIDE;
  return caseOf(withProcess(facts.target.release, { cwd: "/opt/place" }), {
    title: `${name} in the place of the working directory`,
    rootfs: [dir("opt"), ...way.entries("opt/place", "dir")],
    fixtures: OUTSIDE,
  });
};

type Stream = NonNullable<Extract<Step, { op: "create" }>["nulls"]>[number];
const STREAMS: Readonly<Record<string, readonly Stream[]>> = {
  "the standard input": ["stdin"],
  "the standard output": ["stdout"],
  "the standard error": ["stderr"],
  "all standard streams": ["stdin", "stdout", "stderr"],
};

/** An ordinary user's program, whose streams are the runtime's own. */
const nullStreams = ({ target }: RuntimeFacts, name: string): RuntimeCase =>
  caseOf(withProcess(target.release, { user: { uid: 1000, gid: 1000 } }), {
    title: `${name} of an ordinary user's program ${name.startsWith("all") ? "are" : "is"} /dev/null`,
    steps: [create(0, { nulls: STREAMS[name] ?? [] }), ...lifecycle(0).slice(1)],
  });

/** Odd names, environments, working directories and standard streams. */
export const programExamples: readonly Example[] = [
  example("runtime.process.args-path-search", (facts) => oneOf(Object.keys(PROGRAMS), "program").map((name) => startOf(facts, name))),
  example("runtime.process.env", ({ target }) =>
    oneOf(Object.keys(ENVIRONMENTS), "environment").map((name) =>
      caseOf(withProcess(target.release, { env: ENVIRONMENTS[name] ?? [] }), { title: `an environment with ${name}` }),
    ),
  ),
  example(["runtime.process.cwd", "robustness.cwd-outside", "robustness.outside-changed"], (facts) =>
    oneOf(
      WAYS.map(({ name }) => name),
      "working directory",
    ).map((name) => linkedCwd(facts, name)),
  ),
  example("robustness.cwd-outside", ({ target }) =>
    oneOf(MAGIC, "working directory").map((cwd) =>
      caseOf(withProcess(target.release, { cwd }), { title: `the working directory is ${cwd}` }),
    ),
  ),
  example("robustness.host-device-changed", (facts) =>
    unavailableIf(whyNoDeviceNodes(facts.host), () => oneOf(Object.keys(STREAMS), "stream").map((name) => nullStreams(facts, name))),
  ),
];
