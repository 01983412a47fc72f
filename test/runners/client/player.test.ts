import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { type Test } from "tap";
import { pulling } from "../../../generators/client/cases.js";
import { image } from "../../../generators/client/images.js";
import { CLIENT_OBSERVATION } from "../../../runners/client/formats.js";
import type { ClientObservation } from "../../../runners/client/observation.js";
import { controlOf, Player } from "../../../runners/client/player.js";
import { type CommandVerb, commandClient } from "../../../runners/client/tools/command.js";
import { embedded } from "../../../runners/client/tools/embedded.js";
import { problemsIn } from "../../../runners/stored-format.js";

const LIMITS = { timeoutMs: 20_000, memoryKiB: 8 << 20 };
const skip = process.getuid?.() === 0 ? false : "needs root";
const contents = image("m", 1);
const PULL = pulling("an image is pulled", contents);
const BROKEN = pulling("a blob breaks off", contents, [{ on: { to: "blob" }, does: { kind: "break", after: 3 } }]);

function directoryOf(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), "oci-conform-test-"));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function playerOf(t: Test, tool: Parameters<typeof Player.open>[0], limits = LIMITS): Promise<Player> {
  const player = await Player.open(tool, limits);
  t.teardown(() => player.close());
  return player;
}

/** Plays a pull with a tool that is a line of shell. */
async function pulledBy(t: Test, line: string, limits = LIMITS): Promise<ClientObservation["run"]> {
  const player = await playerOf(t, commandClient({ pull: `true {ref} {dir}; ${line}` }), limits);
  const { run } = await player.play(PULL);
  await player.close();
  return run;
}

t.test("a control is the same without what registries do", async (t) => {
  t.equal(controlOf(PULL), undefined);
  t.same(controlOf(BROKEN), { ...PULL, title: "control" });
  t.same(controlOf({ ...PULL, aims: ["a"], choices: ["no-mounts"] }), { ...PULL, title: "control" });
});

t.test("the bundled client meets hosts in this process", async (t) => {
  const player = await playerOf(t, embedded());
  const first = await player.play(PULL);
  t.match(first, { run: { steps: [{ name: "pull", status: 0 }] }, addresses: { registry: /^127\.0\.0\.1:\d+$/ } });
  t.equal(first.control, undefined);
  t.ok(Object.values(first.run.written).some(({ sha256 }) => sha256 === first.contents["m-layer"]?.sha256));
  t.same(first.run.exchanges.map(({ request: { method } }) => method).slice(-3), ["GET", "GET", "GET"]);
  const [second, third] = await Promise.all([player.play(BROKEN), player.play({ ...BROKEN, title: "again", aims: ["a"] })]);
  t.not(second.run.steps[0]?.status, 0);
  t.equal(second.control?.steps[0]?.status, 0);
  t.ok(second.control === third.control, "once for both");
  for (const each of [first, second]) t.same(problemsIn(JSON.parse(JSON.stringify(each)), CLIENT_OBSERVATION), []);
  const secured = await player.play({ ...PULL, tls: true });
  t.match(secured.run, { steps: [{ status: 0 }], exchanges: [{ tls: true }] });
});

t.test("a tool meets them in a network of its own", { skip }, async (t) => {
  const home = directoryOf(t);
  const script = join(home, "tool");
  writeFileSync(script, `#!${process.execPath}\n${TOOL}`, { mode: 0o755 });
  const player = await playerOf(t, commandClient({ pull: `${script} {scheme} {ref} {dir}`, tags: `${script} {repo}` }));
  const { run, contents: facts, addresses } = await player.play(PULL);
  t.same(run.steps, [{ name: "pull", status: 0, stdout: "200\n", stderr: "" }]);
  t.equal(addresses.registry, "127.0.0.1:5000");
  t.match(run.written, { "dir/manifest": { sha256: facts.m?.sha256, text: facts.m?.text } });
  t.match(run.exchanges, [
    { host: "registry", request: { method: "GET", target: "/v2/oci-conform/a/manifests/t" }, response: { status: 200 } },
  ]);
  const secured = await player.play({ ...PULL, tls: true });
  t.same(secured.run.steps, [{ name: "pull", status: 0, stdout: "200\n", stderr: "" }], "whom to trust stands in its environment");
  t.equal((await player.play(BROKEN)).control?.steps[0]?.status, 0);
});

/** Gets a manifest, and writes it. */
const TOOL = `const [, , scheme, ref, dir] = process.argv;
const [, host, name, tag] = /^(.*?)\\/(.*):(.*)$/.exec(ref);
fetch(scheme + "://" + host + "/v2/" + name + "/manifests/" + tag).then(async (answer) => {
  console.log(answer.status);
  require("fs").mkdirSync(dir);
  require("fs").writeFileSync(dir + "/manifest", Buffer.from(await answer.arrayBuffer()));
});
`;

t.test("nothing of the machine's credentials is there", { skip }, async (t) => {
  const home = directoryOf(t);
  const below = mkdtempSync("/run/oci-conform-test-");
  t.teardown(() => rmSync(below, { recursive: true, force: true }));
  const secret = "s3cr3t-canary-7fa1";
  for (const path of [".docker/config.json", ".config/containers/auth.json", "containers/auth.json", "elsewhere/auth.json", "netrc"]) {
    mkdirSync(join(home, path, ".."), { recursive: true });
    writeFileSync(join(home, path), secret);
  }
  writeFileSync(join(below, "auth.json"), secret);
  const before = { ...process.env };
  t.teardown(() => {
    process.env = before;
  });
  Object.assign(process.env, {
    HOME: home,
    XDG_RUNTIME_DIR: home,
    DOCKER_CONFIG: join(home, ".docker"),
    REGISTRY_AUTH_FILE: join(home, "elsewhere/auth.json"),
    NETRC: join(home, "netrc"),
    REGISTRY_TOKEN: secret,
    DOCKER_AUTH_CONFIG: secret,
  });
  // The word itself is not in the command, and no file that is meant to be seen.
  const word = `${secret.slice(0, 4)}""${secret.slice(4)}`;
  const places = [
    home,
    below,
    "/root",
    "/home",
    "/tmp",
    "/var/tmp",
    "/run",
    "/dev/shm",
    "/etc/containers",
    "/etc/docker",
    "/proc/[0-9]*/environ",
  ];
  const run = await pulledBy(t, `cat ${home}/.docker/*; env; grep -rsl ${word} ${places.join(" ")}; ls -A "$HOME" /root /home`);
  const { stdout = "", stderr = "" } = run.steps[0] ?? {};
  t.notOk(stdout.includes(secret), stdout);
  t.notOk(/^\//m.test(stdout.replace(/^\/(?:root|home|run\/oci-conform\/client\/home):$/gm, "")), `no file has it: ${stdout}`);
  t.match(stderr, /docker.*: No such file/);
  t.match(stdout, /^HOME=\/run\/oci-conform\/client\/home$/m);
  t.equal(readFileSync(join(home, ".docker/config.json"), "utf8"), secret);
});

t.test("nothing but its own hosts can be reached", { skip }, async (t) => {
  const server = createServer((_, response) => response.end("here")).listen(0, "127.0.0.1");
  t.teardown(() => server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const attempt = (host: string, at: number) =>
    `require("net").connect(${at},"${host}").on("connect",()=>{console.log("reached");process.exit()}).on("error",(e)=>console.log(e.code))`;
  const attempts = [attempt("192.0.2.1", 80), attempt("127.0.0.1", port), attempt("127.0.0.2", 5000)];
  const run = await pulledBy(t, attempts.map((each) => `${process.execPath} -e '${each}'`).join(";"));
  t.equal(run.steps[0]?.stdout, "ENETUNREACH\nECONNREFUSED\nreached\n");
});

/** Whether any process has this word among its arguments. */
const runs = (word: string): boolean =>
  readdirSync("/proc").some((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(word);
    } catch {
      return false;
    }
  });

t.test("what has no end is ended", { skip }, async (t) => {
  const short = { ...LIMITS, timeoutMs: 500 };
  t.match((await pulledBy(t, "exec tail -f /dev/null", short)).steps, [{ name: "pull", status: 124 }]);
  t.match((await pulledBy(t, "trap '' TERM; while :; do sleep 0.1; done", short)).steps, [{ name: "pull", status: 124 }]);
  const word = `86399.${process.pid}`;
  t.match((await pulledBy(t, `setsid sleep ${word} > /dev/null 2>&1 & exit 3`)).steps, [{ name: "pull", status: 3 }]);
  t.notOk(runs(word), "a daemon ends with the case");
});

t.test("what is too much is cut off, and the next case has room again", { skip }, async (t) => {
  const verbs: Partial<Record<CommandVerb, string>> = {
    pull: "true {ref}; head -c 1G /dev/zero > {dir}",
    tags: "true {repo}; ulimit -d >&2; head -c 100M /dev/zero | tr '\\0' x",
  };
  const player = await playerOf(t, commandClient(verbs));
  const { run: full } = await player.play(PULL);
  t.match(full.steps, [{ name: "pull", status: 1, stderr: /No space left on device/ }]);
  t.ok((full.written.dir?.size ?? 0) <= 256 << 20);
  const { run } = await player.play({ ...PULL, verb: "tags" });
  const { stdout = "", stderr = "" } = run.steps[0] ?? {};
  t.match(stderr, new RegExp(`^${LIMITS.memoryKiB}$`, "m"));
  t.ok(/^x+\n\[… \d+ bytes left out by oci-conform …\]\nx+$/.test(stdout), stdout.replace(/x{9,}/g, "xxx"));
  t.ok(stdout.length < 70_000);
});

t.test("what cannot be done is said", { skip }, async (t) => {
  await t.rejects(Player.open(commandClient({ pull: "oci-conform-no-such-tool {ref} {dir}" }), LIMITS), { name: "UsageError" });
  const player = await playerOf(t, commandClient({ pull: "true {ref} {dir}" }));
  await t.rejects(player.play({ ...PULL, verb: "tags" }), { name: "HarnessError", message: "true cannot do this: tags" });
  await t.rejects(player.play({ ...PULL, verb: "copy" }), { name: "CaseError", message: "copy: the case does not say where from" });
  t.equal((await player.play(PULL)).run.steps[0]?.status, 0, "it goes on");
  const playing = player.play(PULL);
  await player.close();
  await t.rejects(Promise.all([playing, player.play(PULL)]), { name: "HarnessError" });
});
