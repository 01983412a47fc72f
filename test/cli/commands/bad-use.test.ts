import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";

import { minimalCase } from "../../../generators/runtime/base.js";
import { InWorker } from "../in-worker.js";
import { conform } from "../process.js";

const cli = new InWorker();
t.teardown(() => cli.close());

/** Bad use is one clear line on standard error, nothing on standard output, and exit code 64. */
async function refuses(t: Test, args: readonly string[], said: RegExp): Promise<void> {
  const { code, stdout, stderr } = await cli.run(...args);
  const name = args.join(" ");
  t.equal(code, 64, name);
  t.equal(stdout, "", name);
  t.match(stderr, /^oci-conform: [^\n]+\n$/, `${name}: one line`);
  t.match(stderr, said, name);
}

t.test("commands and options", async (t) => {
  await refuses(t, ["frobnicate"], /unknown command 'frobnicate'; there are: runtime, registry, client, proxy, image, run, report, replay/);
  await refuses(t, ["toString"], /unknown command/);
  await refuses(t, ["runtime", "--bogus"], /unknown option '--bogus'.*oci-conform runtime --help/);
  await refuses(t, ["runtime", "--binn", "x"], /did you mean --bin/i);
  await refuses(t, ["runtime", "stray", "--bin", "/bin/true"], /too many arguments/);
  await refuses(t, ["runtime", "--bin"], /argument missing/);
  await refuses(t, ["schema"], /missing required argument 'name'/);
  await refuses(t, ["schema", "nonsense"], /nonsense: there is none; there are: baseline, client-case, client-facts/);
});

t.test("values of options", async (t) => {
  const bin = ["runtime", "--bin", "/bin/true"];
  await refuses(t, [...bin, "--jobs", "0"], /from 1 to 64/);
  await refuses(t, [...bin, "--cases", "-1"], /whole number/);
  await refuses(t, [...bin, "--cases", "1.5"], /whole number/);
  await refuses(t, [...bin, "--seed", ""], /whole number/);
  await refuses(t, [...bin, "--time", "soon"], /duration/);
  await refuses(t, [...bin, "--timeout", "0s"], /duration/);
  await refuses(t, [...bin, "--level", "may"], /must, should/);
  await refuses(t, [...bin, "--spec", "0.9.9"], /1\.0\.0/);
  await refuses(t, [...bin, "--cgroup", "v3"], /host, v1, v2, none/);
});

t.test("programs that are none", async (t) => {
  const root = t.testdir({ plain: "text" });
  await refuses(t, ["runtime", "--bin", "no-such-runtime"], /--bin no-such-runtime: no such executable in PATH/);
  await refuses(t, ["runtime", "--bin", join(root, "plain")], /no such executable/);
  await refuses(t, ["runtime", "--bin", ""], /no such executable/);
  await refuses(t, ["runtime", "--bin", "/bin/true", "--bin", "/no/such"], /\/no\/such: no such executable/);
  await refuses(t, ["replay", root, "--bin", "no-such-runtime"], /no such/);
});

t.test("ids and selections", async (t) => {
  const bin = ["runtime", "--bin", "/bin/true"];
  await refuses(
    t,
    [...bin, "--only", "runtime.proces.env"],
    /--only runtime\.proces\.env: no such requirement; did you mean runtime\.process\.env\?/,
  );
  await refuses(t, [...bin, "--skip", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"], /--skip z+: no such requirement\n/);
  await refuses(t, [...bin, "--grep", "("], /--grep \(: not a regular expression/);
  await refuses(t, [...bin, "--only", "runtime.process", "--skip", "runtime.process"], /nothing is selected/);
  await refuses(t, ["runtime", "--list", "--grep", "no summary says this"], /nothing is selected/);
  await refuses(t, ["requirements", "show", "runtime.proces.env"], /did you mean runtime\.process\.env/);
  await refuses(t, ["requirements", "show"], /requirements show ID/);
  await refuses(t, ["requirements", "shwo", "runtime.process.env"], /requirements show ID/);
  await refuses(t, ["requirements", "--grep", "("], /not a regular expression/);
  await refuses(t, ["requirements", "--level", "SOMETIMES"], /MUST, SHOULD, MAY/);
  await refuses(t, ["requirements", "--grep", "no summary says this"], /nothing of the runtime spec matches/);
});

t.test("reports", async (t) => {
  const bin = ["runtime", "--bin", "/bin/true"];
  await refuses(t, [...bin, "--report", "pdf"], /unknown format 'pdf'/);
  await refuses(t, [...bin, "--report", "jsn=x.json"], /did you mean json/);
  const root = t.testdir({ plain: "text" });
  await refuses(t, [...bin, "--report", `json=${root}`], /is a directory/);
  await refuses(t, [...bin, "--report", `json=${root}/plain/x.json`], /cannot be written|is not a directory/);
  await refuses(t, [...bin, "--report", "json="], /name of the file is missing/);
});

t.test("stored files", async (t) => {
  const observation = JSON.stringify({
    format: "oci-conform/runtime-observation@1",
    steps: [],
    containers: [],
    seccomp: [],
    leftovers: { processes: [], mounts: [], cgroups: [], interfaces: [], devices: [], stillKnown: [] },
    control: null,
  });
  const root = t.testdir({
    "broken.json": "{",
    "other.json": '{"format":"something else"}',
    "case.json": JSON.stringify(minimalCase("1.0.0")),
    "observation.json": '{"format":"oci-conform/runtime-observation@1","steps":[],"containers":[]}',
    "newer.json": JSON.stringify({ ...minimalCase("1.0.0"), format: "oci-conform/runtime-case@2" }),
    "edited.json": JSON.stringify({ ...minimalCase("1.0.0"), steps: [{ op: "create", container: 1 }] }),
    alone: { "observation.json": observation },
    bad: { "observation.json": "{}", "setting.json": "{}" },
    unset: { "observation.json": observation, "setting.json": "{}" },
  });
  for (const name of ["broken.json", "other.json", "missing.json", "alone"]) {
    await refuses(t, ["replay", join(root, name), "--bin", "/bin/true"], new RegExp(name.replace(".", "\\.")));
  }
  await refuses(t, ["replay", join(root, "case.json")], /--bin/);
  await refuses(t, ["replay", join(root, "case.json"), "--bin", "no-such-runtime"], /no such executable/);
  await refuses(t, ["replay", join(root, "case.json"), "--bin", "/bin/true", "--times", "0"], /whole number/);
  await refuses(t, ["replay", join(root, "newer.json"), "--bin", "/bin/true"], /newer version/);
  await refuses(
    t,
    ["replay", join(root, "edited.json"), "--bin", "/bin/true"],
    /edited\.json: \/steps\/0\/container: there is no container 1/,
  );
  await refuses(t, ["replay", "--bin", "/bin/true"], /missing required argument/);
  await refuses(t, ["judge"], /missing required argument/);
  await refuses(t, ["judge", join(root, "broken.json")], /broken\.json: not JSON/);
  await refuses(t, ["judge", join(root, "missing.json")], /missing\.json: cannot be read/);
  await refuses(t, ["judge", join(root, "case.json")], /"format" must be one of .* and is "oci-conform\/runtime-case@1"/);
  await refuses(t, ["judge", join(root, "observation.json")], /observation\.json: "seccomp" is missing/);
  await refuses(t, ["judge", join(root, "alone/observation.json")], /facts\.json: cannot be read/);
  await refuses(t, ["judge", join(root, "bad/observation.json")], /"format" must be one of/);
  await refuses(t, ["judge", join(root, "unset/observation.json")], /setting\.json: \/facts: "host" is missing/);
});

t.test("a process says the same", async (t) => {
  const args = ["runtime", "--bin", "/bin/true", "--jobs", "0"];
  t.match(await conform(...args), await cli.run(...args));
});

t.test("no command at all prints the help to standard error", async (t) => {
  const { code, stdout, stderr } = await conform();
  t.equal(code, 64);
  t.equal(stdout, "");
  t.match(stderr, /^Usage: oci-conform <command>/);
});

t.test(
  "a standard output that takes nothing is said in one line",
  { skip: existsSync("/dev/full") ? false : "needs /dev/full" },
  async (t) => {
    const full = openSync("/dev/full", "w");
    t.teardown(() => closeSync(full));
    const main = fileURLToPath(new URL("../../../cli/main.js", import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [main, "requirements"], { stdio: ["ignore", full, "pipe"], encoding: "utf8" });
    t.equal(status, 64);
    t.equal(stderr, "oci-conform: standard output cannot be written (ENOSPC)\n");
  },
);
