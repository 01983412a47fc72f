import { mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";

import { agentPath } from "../../../runners/runtime/build-native.js";
import { parsed } from "../../../runners/runtime/observe.js";
import { inside, type RunOptions, rootfs, run, temporary } from "./agent-fixture.js";

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** The records in a directory, by file name. */
const records = (directory: string): Record<string, unknown>[] =>
  readdirSync(directory)
    .sort()
    .map((name) => parsed(readFileSync(join(directory, name), "utf8")))
    .filter(isObject);

/** As a runtime starts a hook: argv[0] is not the path. */
const hook = (args: readonly string[], options: RunOptions = {}) =>
  run(["bash", "-c", 'exec -a agent "$0" "$@"', agentPath(), "hook", ...args], options);

t.test("a hook records how it was called", async (t) => {
  const dir = temporary(t);
  const args = ["--name", "prestart-0", "--dir", dir, "--", "x", ""];
  const { status } = hook(args, { input: '{"id":"ü"}', cwd: dir, env: { PATH: process.env.PATH ?? "", K: "v w" } });
  t.equal(status, 0);
  const [name] = readdirSync(dir);
  t.match(name, /^\d+-\d+-prestart-0\.json$/);
  const [record] = records(dir);
  const { dev, ino } = statSync("/");
  t.match(record, {
    ...{ name: "prestart-0", argv: ["agent", "hook", ...args], cwd: dir, stdin: '{"id":"ü"}', root: `${dev}:${ino}` },
    ...{ seesContainer: false, programStarted: false, namespaces: { mnt: readlinkSync("/proc/self/ns/mnt") } },
  });
  t.ok(Array.isArray(record?.env) && record.env.includes("K=v w"));
  const { startedNs, endedNs } = record ?? {};
  t.ok(typeof startedNs === "string" && typeof endedNs === "string" && BigInt(startedNs) <= BigInt(endedNs));
});

t.test("it ends as it is told", async (t) => {
  const dir = temporary(t);
  t.equal(hook(["--name", "n", "--dir", dir, "--exit", "7"]).status, 7);
  t.equal(hook(["--name", "n", "--dir", dir, "--signal", "15"]).signal, "SIGTERM");
  t.equal(hook(["--name", "n", "--dir", dir, "--sleep-ms", "1"]).status, 0);
  t.ok(records(dir).every(({ endedNs }) => typeof endedNs === "string"));
  t.equal(records(dir).length, 3);
});

t.test("it reads its input, or does not", async (t) => {
  const dir = temporary(t);
  hook(["--name", "n", "--dir", dir, "--ignore-stdin"], { input: "ignored" });
  t.match(records(dir), [{ stdin: "" }]);
  const endless = 'mkfifo "$1/pipe"; exec 3<>"$1/pipe"; exec "$0" hook --name n --dir "$1" --ignore-stdin <&3';
  t.equal(run(["sh", "-c", endless, agentPath(), temporary(t)]).status, 0);
});

t.test("it sees whether the program began", async (t) => {
  const dir = temporary(t);
  const marker = join(temporary(t), "started");
  hook(["--name", "before", "--dir", dir, "--marker", marker]);
  writeFileSync(marker, "");
  hook(["--name", "after", "--dir", dir, "--marker", marker]);
  t.match(records(dir), [
    { name: "before", programStarted: false },
    { name: "after", programStarted: true },
  ]);
});

t.test("it knows a container from inside", async (t) => {
  const directory = rootfs(t);
  mkdirSync(join(directory, ".oci/hooks"));
  const { status } = inside(directory, ["/.oci/agent", "hook", "--name", "in", "--dir", "/.oci/hooks"]);
  t.equal(status, 0);
  const [record] = records(join(directory, ".oci/hooks"));
  t.match(record, { seesContainer: true, programStarted: false, pid: 1, cwd: "/" });
  const { dev, ino } = statSync(directory);
  t.equal(record?.root, `${dev}:${ino}`);
});

t.test("a record that cannot be written, and wrong options, are the harness's own failures", async (t) => {
  const lost = hook(["--name", "n", "--dir", "/none", "--exit", "3"]);
  t.equal(lost.status, 125);
  t.match(lost.stderr, "/none");
  t.equal(hook(["--dir", "/tmp"]).status, 64);
  t.equal(hook(["--name", "n", "--dir", "/tmp", "--no-such"]).status, 64);
});
