import { chmodSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import t from "tap";

import { minimalCase } from "../../../generators/runtime/base.js";
import { otherWay } from "../../../runners/runtime/follow.js";
import type { Exit, Observation, ProbeReport, StepResult } from "../../../runners/runtime/observation.js";
import { declaredRelease, isTold, obstacle, resolveProgram, splitCommand } from "../../../runners/runtime/preflight.js";
import { fakeProbe } from "./host-fixture.js";

t.test("a command is split like a shell does it: words and quotes", async (t) => {
  t.same(splitCommand("runc"), ["runc"]);
  t.same(splitCommand("  runsc   --ignore-cgroups "), ["runsc", "--ignore-cgroups"]);
  t.same(splitCommand(`'/a b/c' --x "y z" '' w`), ["/a b/c", "--x", "y z", "", "w"]);
  t.same(splitCommand(`--log="a b" --it='s on'e "it's" don't`), ["--log=a b", "--it=s one", "it's", "don't"]);
  t.same(splitCommand(""), []);
});

t.test("a program is found by path or in PATH, and nothing else is a program", async (t) => {
  const root = t.testdir({ bin: { tool: "#!/bin/sh\n", plain: "text", directory: {} } });
  chmodSync(join(root, "bin/tool"), 0o755);
  chmodSync(join(root, "bin/plain"), 0o644);
  symlinkSync("tool", join(root, "bin/link"));
  t.equal(resolveProgram(join(root, "bin/tool")), join(root, "bin/tool"));
  t.equal(resolveProgram(relative(process.cwd(), join(root, "bin/tool"))), join(root, "bin/tool"));
  const path = process.env.PATH;
  t.teardown(() => {
    process.env.PATH = path;
  });
  process.env.PATH = `/nowhere:${join(root, "bin")}`;
  t.equal(resolveProgram("tool"), join(root, "bin/tool"));
  t.equal(resolveProgram("link"), join(root, "bin/link"));
  for (const name of ["plain", "directory", "missing", ""]) {
    t.throws(() => resolveProgram(name), { name: "UsageError", message: new RegExp(`--bin ${name}: no such executable in PATH`) });
  }
  t.throws(() => resolveProgram("/no/such"), { name: "UsageError", message: "--bin /no/such: no such executable" });
});

t.test("the release that a target declares: features first, then its version text", async (t) => {
  t.equal(declaredRelease({ ociVersionMax: "1.2.0" }, "spec: 1.0.0"), "1.2.0");
  t.equal(declaredRelease({ ociVersionMax: "1.1.0+dev" }, ""), "1.1.0");
  t.equal(declaredRelease(null, "runc version 1.1.5\ncommit: x\nspec: 1.0.2-dev\ngo: go1.19"), "1.0.2");
  t.equal(declaredRelease({ ociVersionMax: 3 }, "spec: 1.0.0"), "1.0.0");
  t.equal(declaredRelease({}, "a runtime 7.7.7"), undefined);
  t.equal(declaredRelease("text", ""), undefined);
  t.equal(declaredRelease({ ociVersionMax: "newest" }, ""), undefined);
});

const exited = (code: number): Exit => ({ kind: "exited", code });

/** The minimal case as a target ran it whose operations ended so. */
function seen(
  ends: Partial<Record<string, Exit>>,
  pid: number | null = 5,
  inside: ProbeReport | null = fakeProbe(),
  stderr = "",
): Observation {
  const steps = minimalCase("1.0.0").steps.map((step): StepResult => {
    const ran = { exit: ends[step.op] ?? exited(0), stdout: "", stderr, startedNs: "1", endedNs: "2" };
    if (step.op === "await") return { op: "await", outcome: "exited" };
    if (step.op === "state") return { op: "state", ran, state: null };
    if (step.op === "create" || step.op === "start" || step.op === "kill" || step.op === "delete") return { op: step.op, ran };
    return { op: "skipped" };
  });
  return {
    format: "oci-conform/runtime-observation@1",
    steps,
    containers: [{ pid, inside, output: "", exit: null, hooks: [], terminal: null }],
    seccomp: [],
    leftovers: { processes: [], mounts: [], cgroups: [], interfaces: [], devices: [], stillKnown: [] },
    control: null,
  };
}

t.test("what keeps a target from the minimal case is told in its own words", async (t) => {
  const subject = minimalCase("1.0.0");
  t.equal(obstacle(subject, seen({})), undefined);
  t.equal(obstacle(subject, seen({ state: exited(1) })), undefined, "after the end, state may say no");
  t.same(obstacle(subject, seen({ create: exited(1) })), { reason: "create exited 1 without a word", hang: false });
  t.same(obstacle(subject, seen({ create: exited(1) }, null, null, "no way\n")), { reason: "create exited 1: no way", hang: false });
  t.same(obstacle(subject, seen({ create: { kind: "signaled", signal: "SIGSEGV" } })), {
    reason: "create was killed by SIGSEGV",
    hang: false,
  });
  t.same(obstacle(subject, seen({ start: { kind: "timeout" } })), { reason: "start did not end in time", hang: true });
  t.same(obstacle(subject, seen({ create: { kind: "unstartable", errno: "ENOEXEC" } })), {
    reason: "create could not be executed: ENOEXEC",
    hang: false,
  });
});

t.test("success without evidence is an obstacle too", async (t) => {
  const subject = minimalCase("1.0.0");
  t.match(obstacle(subject, seen({}, null, null)), { reason: /no PID file/, hang: false });
  t.match(obstacle(subject, seen({}, 5, null)), { reason: /never reported/, hang: false });
});

t.test("a target whose create worked is tried again in another way, for as long as there is one", async (t) => {
  const subject = minimalCase("1.0.0");
  const driver = { argv: ["/x"], timeoutMs: 1 };
  const way = (observation: Observation, known = {}) => otherWay({ ...driver, ...known }, subject, observation);
  t.equal(way(seen({})), undefined);
  t.same(way(seen({}, null)), { ...driver, pidFromState: true });
  t.same(way(seen({}, 5, null)), { ...driver, reportsByFifo: true });
  t.same(way(seen({}, null, null), { pidFromState: true }), { ...driver, pidFromState: true, reportsByFifo: true });
  t.equal(way(seen({}, null, null), { pidFromState: true, reportsByFifo: true }), undefined);
  t.equal(way(seen({ create: exited(1) }, null, null)), undefined, "there is no container");
  t.equal(way(seen({ start: { kind: "timeout" } }, 5, null)), undefined, "it would hang again");
});

t.test("there is something to judge when a state tells of the container", async (t) => {
  const told = (state: unknown, ends = {}): Observation => {
    const base = seen(ends);
    return { ...base, steps: base.steps.map((step) => (step.op === "state" ? { ...step, state } : step)) };
  };
  t.ok(isTold(told({ id: "oci-conform-0", status: "created" })));
  t.notOk(isTold(told({ id: "oci-conform-0", status: "created" }, { start: exited(1) })), "what it said may be the place's fault");
  for (const state of [null, "text", [], { id: "other", status: "created" }, { id: "oci-conform-0" }]) t.notOk(isTold(told(state)));
});
