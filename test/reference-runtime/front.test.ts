import { deepStrictEqual } from "node:assert";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import t from "tap";
import { anyCase } from "../../generators/runtime/case.js";
import { FAULTS } from "../../reference-runtime/faults/index.js";
import { answer } from "../../reference-runtime/front.js";
import { nodeSystem } from "../../reference-runtime/node-system.js";
import { defaultConfig } from "../../reference-runtime/spec.js";
import { agentPath, referencePath } from "../../runners/runtime/build-native.js";
import { configTextOf } from "../../runners/runtime/script.js";
import { fakeHost } from "../runners/runtime/host-fixture.js";
import { sanitizedCore } from "./sanitized.js";

/*
 * The front, answering by the core's own engine and by Node: the same plans and the same errors, byte for byte. Node's side runs in this
 * process where there are many to compare, which is the same code; the build's script for Node is held against it as well.
 */

const root = fileURLToPath(new URL("../../..", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "oci-ref-front-"));
t.teardown(() => rmSync(work, { recursive: true, force: true }));
const bundle = join(work, "bundle");
mkdirSync(bundle);

interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Asked {
  readonly front?: string | undefined;
  readonly fault?: string | undefined;
  readonly input?: string | Buffer;
  readonly program?: string;
}

function ask(args: readonly string[], { front, fault, input, program = referencePath() }: Asked = {}): Said {
  const env = {
    PATH: process.env.PATH,
    ...(front === undefined ? {} : { OCI_REF_FRONT: front }),
    ...(fault === undefined ? {} : { OCI_REF_FAULT: fault }),
    ASAN_OPTIONS: "detect_leaks=0",
  };
  const { status, stdout, stderr } = spawnSync(program, args, { env, cwd: work, timeout: 600_000, maxBuffer: 1 << 28, input: input ?? "" });
  return { status, stdout: stdout.toString("latin1"), stderr: stderr.toString("latin1") };
}

/** What the front in this process says, in the words of the core. */
function expected(args: readonly string[], fault?: string): Said {
  try {
    return { status: 0, stdout: Buffer.from(answer({ ...nodeSystem, cwd: () => work, fault }, args)).toString("latin1"), stderr: "" };
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return { status: 1, stdout: "", stderr: Buffer.from(`oci-ref: ${message}\n`).toString("latin1") };
  }
}

const write = (text: string | Buffer | null): void => {
  rmSync(join(bundle, "config.json"), { force: true });
  if (text !== null) writeFileSync(join(bundle, "config.json"), text);
};

const DEFAULT = JSON.stringify(defaultConfig());
const withRoot = (json: string): string =>
  `{"ociVersion":"1.0.2","root":{"path":${json}},"process":{"cwd":"/","args":["x"],"user":{"uid":0,"gid":0}}}`;

/** Texts at which readers of JSON and of UTF-8 differ. */
const ODD: Readonly<Record<string, string | Buffer | null>> = {
  none: null,
  empty: "",
  "white space alone": " \n\t",
  "a byte order mark": `\ufeff${DEFAULT}`,
  "no UTF-8": Buffer.from(withRoot('"a\xffb\xc3(\xe2\x82\xed\xa0\x80\xf0\x9f\x98\xf5"'), "latin1"),
  "an end within a character": Buffer.concat([Buffer.from('"'), Buffer.from([0xf0, 0x9f, 0x98])]),
  "all of Unicode": withRoot(JSON.stringify("é€😀\u0000\u007f\u0080\u2028\uffff")),
  "a null character": withRoot('"a\\u0000b"'),
  "halves of surrogate pairs": withRoot('"\\ud800 \\udc00\\ud800 \\ud83d\\ude00"'),
  "such a half in an error": `{"ociVersion":"\\ud800"}`,
  "such a half in a name": `{"ociVersion":"1.0.2","root":{"path":"r"},"linux":{"sysctl":{"\\udc00":"1"}}}`,
  "a name of the language's own": `{"__proto__":{"ociVersion":"1.0.2"},"constructor":1,"ociVersion":"1.0.2","root":{"path":"r"},"annotations":{"__proto__":"x"}}`,
  "names that are numbers": `{"ociVersion":"1.0.2","root":{"path":"r"},"annotations":{"b":"1","10":"2","9":"3","-1":"4","01":"5"}}`,
  "a name twice": `{"ociVersion":"9.0.0","root":{"path":"r"},"ociVersion":"1.0.2"}`,
  "large numbers": DEFAULT.replace('"hard":1024,"soft":1024', '"hard":18446744073709551615,"soft":9007199254740993'),
  "a number beyond all": DEFAULT.replace('"hard":1024', '"hard":1e999'),
  "a fraction": DEFAULT.replace('"hard":1024', '"hard":1024.5'),
  "a whole number as a fraction": DEFAULT.replace('"hard":1024', '"hard":10240e-1'),
  "minus nothing": DEFAULT.replace('"hard":1024,"soft":1024', '"hard":-0,"soft":-0.0'),
  "a filter with arguments": DEFAULT.replace(
    '"linux":{',
    `"linux":{"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_X86","SCMP_ARCH_AARCH64"],"syscalls":[{"names":["socket","personality","keyctl"],"action":"SCMP_ACT_ERRNO","errnoRet":38,"args":[{"index":0,"value":18446744073709551615,"valueTwo":4294967296,"op":"SCMP_CMP_MASKED_EQ"},{"index":1,"value":9007199254740991,"op":"SCMP_CMP_GE"}]}]},`,
  ),
  "limits without limit": DEFAULT.replace(
    '"resources":{',
    '"resources":{"memory":{"limit":-1,"swap":9223372036854771712},"cpu":{"shares":1e3,"quota":100000,"period":123456,"idle":1},',
  ),
  "a text of a megabyte": withRoot(JSON.stringify("x/../".repeat(200_000))),
  "many names": JSON.stringify({
    ...defaultConfig(),
    annotations: Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`k${at}`, "é".repeat(at % 40)])),
  }),
  "an error of half a megabyte": `{"ociVersion":"1.0.2","root":{"path":"r"},"linux":{"sysctl":{"${"x".repeat(500_000)}":"1"}}}`,
  "a hundred levels": `{"ociVersion":"1.0.2","root":{"path":"r"},"x":${"[".repeat(100)}${"]".repeat(100)}}`,
};

const BROKEN = [
  "{",
  "[1,]",
  '{"a" 1}',
  '{"a":1,}',
  "{'a':1}",
  '"\n"',
  '"\\x41"',
  "01",
  "1.",
  "+1",
  ".5",
  "nul",
  "NaN",
  "1 2",
  "// x\n1",
  '{"a":\n  tru\n}',
  '"abc',
  "\v1",
  "\u00a01",
  '{"a":1}}',
  "[[[",
  '["\\ud8"]',
  "-",
  "1e",
  "{,}",
  '{"a"',
  '{"a":',
];

const skip = existsSync(join(root, "build/oci-ref-obj/front.bytecode")) ? false : "the engine is not there";

t.test("the engine says what Node says", { skip }, async (t) => {
  const same = (name: string, args: readonly string[], asked: Asked = {}): void => {
    t.strictSame(ask(args, { front: "engine", ...asked }), expected(args, asked.fault), name);
  };
  const plan = ["plan", bundle];
  for (const [name, text] of Object.entries(ODD)) {
    write(text);
    same(name, plan);
  }
  for (const text of BROKEN) {
    write(text);
    same(JSON.stringify(text), plan);
  }
  write(DEFAULT);
  for (const { name } of FAULTS) same(name, plan, { fault: name });
  same("a fault that is none", plan, { fault: "é" });
  same("features", ["features"]);
  same("a path from the working directory", ["plan", "bundle"]);
  same("a path with detours", ["plan", "./x/..//bundle/."]);
  rmSync(join(bundle, "config.json"));
  mkdirSync(join(bundle, "config.json"));
  same("a directory", plan);
  rmSync(join(bundle, "config.json"), { recursive: true });
  symlinkSync("config.json", join(bundle, "config.json"));
  same("a circle of links", plan);
  same("not a directory", ["plan", join(work, "..", "..", "proc/self/maps")]);
  rmSync(join(bundle, "config.json"));
});

t.test("the engine says what Node says of cases that the suite makes", { skip }, async () => {
  const names = fc.constantFrom(undefined, ...FAULTS.map(({ name }) => name));
  const release = fc.constantFrom("1.0.0", "1.1.0", "1.3.0");
  fc.assert(
    fc.property(
      release.chain((each) => anyCase(fakeHost(), each)),
      names,
      ({ containers }, fault) => {
        for (const container of containers) {
          write(configTextOf(container));
          const asked = { front: "engine", fault };
          deepStrictEqual(ask(["plan", bundle], asked), expected(["plan", bundle], fault));
        }
      },
    ),
    { numRuns: 80 },
  );
});

t.test("the engine says what Node says of broken texts", { skip }, async () => {
  const noise = fc.oneof(
    fc.string({ maxLength: 3 }),
    fc.constantFrom('"', "{", "}", "[", ",", ":", "\\", "\\u12", "\n", "-", "1e", "\u0001"),
  );
  const broken = fc
    .tuple(fc.nat(DEFAULT.length), fc.nat(4), noise)
    .map(([at, cut, text]) => DEFAULT.slice(0, at) + text + DEFAULT.slice(at + cut));
  const bytes = fc.uint8Array({ maxLength: 40 }).map((each) => Buffer.from(each));
  fc.assert(
    fc.property(
      fc.oneof(
        broken,
        fc.json(),
        bytes,
        bytes.map((each) => Buffer.concat([Buffer.from('{"ociVersion":"'), each, Buffer.from('"}')])),
      ),
      (text) => {
        write(text);
        deepStrictEqual(ask(["plan", bundle], { front: "engine" }), expected(["plan", bundle]));
      },
    ),
    { numRuns: 100 },
  );
});

t.test("what the engine cannot do, Node does", { skip }, async (t) => {
  const nested = (depth: number) => `{"ociVersion":"1.0.2","root":{"path":"r"},"x":${"[".repeat(depth)}${"]".repeat(depth)}}`;
  write(nested(3000));
  t.equal(ask(["plan", bundle], { front: "engine" }).status, 0);
  const narrow = ask(["--stack=131072", referencePath(), "plan", bundle], { front: "engine", program: "prlimit" });
  t.match(narrow, { status: 1, stderr: /^oci-ref: the engine cannot be asked: SyntaxError: / }, "a small stack is no crash");
  write(nested(200_000));
  const alone = ask(["plan", bundle], { front: "engine" });
  t.match(alone, { status: 1, stderr: /^oci-ref: the engine cannot be asked: SyntaxError: / });
  t.strictSame(ask(["plan", bundle]), expected(["plan", bundle]));
});

t.test("the script for Node, and the choice between the two", async (t) => {
  write(DEFAULT);
  for (const args of [["plan", bundle], ["plan", "/nowhere"], ["features"]])
    t.strictSame(ask(args, { front: "node" }), expected(args), args.join(" "));
  t.strictSame(ask(["plan", bundle], { front: "node", fault: FAULTS[0]?.name }), expected(["plan", bundle], FAULTS[0]?.name));
  t.strictSame(ask(["plan", bundle]), expected(["plan", bundle]), "neither is named");
  write(ODD["an error of half a megabyte"] ?? "");
  t.strictSame(ask(["plan", bundle], { front: "node" }), expected(["plan", bundle]), "a long error");
  write(DEFAULT);
  t.equal(ask(["plan", bundle], { front: "deno" }).stderr, "oci-ref: OCI_REF_FRONT is engine or node, not deno\n");
});

t.test("a config is written by either, and never over another", async (t) => {
  for (const front of ["node", ...(skip ? [] : ["engine"])]) {
    for (const options of [[], ["--rootless"]]) {
      const made = join(work, `made-${front}-${options.length}`);
      mkdirSync(made);
      t.strictSame(ask(["spec", "--bundle", made, ...options], { front }), { status: 0, stdout: "", stderr: "" });
      const user = options.length > 0 ? { uid: nodeSystem.uid, gid: nodeSystem.gid } : undefined;
      t.equal(readFileSync(join(made, "config.json"), "utf8"), `${JSON.stringify(defaultConfig(user), null, 2)}\n`);
      const again = ask(["spec", "-b", made], { front });
      t.strictSame(again, { status: 1, stdout: "", stderr: `oci-ref: ${made}/config.json: exists already\n` });
    }
    const missing = ask(["spec", "--bundle", join(work, "missing")], { front });
    t.equal(missing.stderr, `oci-ref: ${work}/missing/config.json: cannot be written (ENOENT)\n`);
    t.equal(ask(["spec", "--what"], { front }).status, 64);
  }
});

t.test(
  "processes and limits for a container that is there",
  { skip: skip || (process.geteuid?.() !== 0 && "containers need root") },
  async (t) => {
    const place = join(work, "container");
    for (const name of ["bin", "proc"]) mkdirSync(join(place, "rootfs", name), { recursive: true });
    cpSync(agentPath(), join(place, "rootfs/bin/agent"));
    const PROCESS = { cwd: "/", args: ["/bin/agent", "probe"], user: { uid: 0, gid: 0 } };
    const namespaces = (["pid", "mount", "uts", "ipc", "network"] as const).map((type) => ({ type }));
    writeFileSync(
      join(place, "config.json"),
      JSON.stringify({ ociVersion: "1.0.2", root: { path: "rootfs" }, process: PROCESS, linux: { namespaces } }),
    );
    const command = (front: string, input: string, ...args: string[]) => ask(["--root", join(work, "state"), ...args], { front, input });
    // A created container keeps what it was given for its output.
    const created = spawnSync(referencePath(), ["--root", join(work, "state"), "create", "--bundle", place, "there"], { stdio: "ignore" });
    t.equal(created.status, 0);
    t.teardown(() => command("engine", "", "delete", "--force", "there"));

    const processes = [
      { ...PROCESS, args: ["/bin/agent"] },
      { ...PROCESS, args: [] },
      { ...PROCESS, rlimits: [{ type: "RLIMIT_CORE", soft: 2, hard: 1 }] },
      null,
      [],
      1,
    ];
    const limits = [
      {},
      { pids: { limit: "5" } },
      { devices: [{ allow: true, access: "rwm", type: "x" }] },
      { unified: { "../x": "1" } },
      null,
    ];
    const rows = [
      ...[...processes.map((each) => JSON.stringify(each)), "{", "\ufeff{}"].map((text) => [text, "exec", "--process", "-", "there"]),
      ...[...limits.map((each) => JSON.stringify(each)), "[1", ""].map((text) => [text, "update", "--resources", "-", "there"]),
      ["", "exec", "--process", "/nowhere", "there"],
      ["", "update", "--resources", place, "there"],
    ] as const;
    for (const [text = "", ...args] of rows) {
      const [engine, node] = [command("engine", text, ...args), command("node", text, ...args)];
      t.strictSame(engine, node, `${args.join(" ")} ${text}: ${engine.status} ${engine.stderr}`);
      t.notMatch(engine.stderr, /cannot be asked/);
    }
  },
);

t.test("a core that was built without an engine asks Node", async (t) => {
  const out = join(work, "without");
  const { status, stderr } = spawnSync(
    "make",
    ["-s", "-C", join(root, "reference-runtime/core"), "QUICKJS=", `OUT=${out}`, `NODE=${process.execPath}`],
    { encoding: "utf8" },
  );
  t.equal(status, 0, stderr);
  cpSync(join(root, "build/reference-runtime"), join(out, "reference-runtime"), { recursive: true });
  const program = join(out, "oci-ref");
  write(DEFAULT);
  t.strictSame(ask(["plan", bundle], { program }), expected(["plan", bundle]));
  t.equal(
    ask(["plan", bundle], { program, front: "engine" }).stderr,
    "oci-ref: the engine cannot be asked: this program was built without it\n",
  );
});

t.test("the engine's memory", { skip }, async (t) => {
  const program = join(work, "memory");
  const sources = ["test/reference-runtime/core/engine-memory.c", "reference-runtime/core/engine/memory.c"];
  const engine = `node_modules/@suchipi/quickjs/build/${{ x64: "x86_64", arm64: "aarch64" }[process.arch as "x64"]}-unknown-linux-gnu/include`;
  const sanitize = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
  const cc = spawnSync("cc", ["-g", "-O1", ...sanitize, "-isystem", engine, "-I.", "-o", program, ...sources], {
    cwd: root,
    encoding: "utf8",
  });
  t.equal(cc.status, 0, cc.stderr);
  const { status, stdout, stderr } = spawnSync(program, { encoding: "utf8" });
  t.equal(status, 0, stdout + stderr);
});

t.test("the engine under sanitizers", { skip }, async (t) => {
  const program = sanitizedCore();
  const asked = { front: "engine", program };
  for (const text of [DEFAULT, "{", ODD["no UTF-8"] ?? "", ODD["a filter with arguments"] ?? "", ODD["many names"] ?? ""]) {
    write(text);
    t.strictSame(ask(["plan", bundle], asked), expected(["plan", bundle]));
  }
  write(null);
  t.strictSame(ask(["plan", bundle], asked), expected(["plan", bundle]));
  t.strictSame(ask(["features"], asked), expected(["features"]));
  t.equal(ask(["spec", "--bundle", bundle], asked).status, 0);
  t.equal(ask(["spec", "--bundle", bundle], asked).stderr, `oci-ref: ${bundle}/config.json: exists already\n`);
});
